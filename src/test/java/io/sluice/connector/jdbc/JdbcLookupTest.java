package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.DStream;
import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JdbcLookupTest {

  private static final TestDatabase H2 = TestDatabase.h2("lookup");

  /** The keys that were asked for. */
  private static final List<Object> ASKED = Collections.synchronizedList(new ArrayList<>());

  private static final List<String> STATEMENTS = Collections.synchronizedList(new ArrayList<>());

  private static final JdbcSource SOURCE =
      JdbcSource.supplied("lookup", Dialect.H2, JdbcLookupTest::listening);

  @BeforeEach
  void makeTable() throws SQLException {
    ASKED.clear();
    STATEMENTS.clear();
    H2.execute(
        "DROP TABLE IF EXISTS prices",
        "CREATE TABLE prices (item VARCHAR(20) PRIMARY KEY, number INTEGER, id UUID, cents BIGINT)",
        "INSERT INTO prices VALUES ('tea', 1, '00000000-0000-0001-0000-000000000002', 5), ('milk', 2, NULL, 7), ('air', 3, NULL, NULL)");
  }

  private static DataSource listening() {
    return proxy(DataSource.class, JdbcConnectionPool.create(H2.url(), "sa", ""));
  }

  private static <I> I proxy(Class<I> kind, I real) {
    return kind.cast(Proxy.newProxyInstance(
        JdbcLookupTest.class.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> {
          try {
            Object result = method.invoke(real, arguments);
            if (method.getName().equals("getConnection") && kind == DataSource.class) {
              return proxy(Connection.class, (Connection) result);
            } else if (method.getName().equals("prepareStatement")) {
              STATEMENTS.add((String) arguments[0]);
              return proxy(PreparedStatement.class, (PreparedStatement) result);
            } else if (method.getName().equals("setObject")) {
              ASKED.add(arguments[1]);
            }
            return result;
          } catch (InvocationTargetException failure) {
            throw failure.getCause();
          }
        }));
  }

  private static JdbcLookup<String, Long> prices() {
    return JdbcLookup.of(SOURCE, "prices", "item", row -> {
      long cents = row.getLong("cents");
      return row.wasNull() ? null : cents;
    });
  }

  @Test
  void recordsAreEnriched() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      DStream<String> orders =
          test.input(List.of(List.of("2 tea", "1 milk", "1 gold", "1 air")), 2);

      test.expect(
          prices().columns("cents").enrich(orders, order -> order.split(" ", -1)[1]),
          List.of(List.of(
              Pair.of("2 tea", Optional.of(5L)),
              Pair.of("1 milk", Optional.of(7L)),
              Pair.of("1 gold", Optional.empty()),
              Pair.of("1 air", Optional.empty()))));

      test.run();
    }
    assertThat(STATEMENTS)
        .allSatisfy(sql -> assertThat(sql)
            .startsWith("SELECT \"ITEM\", \"CENTS\" FROM \"PRICES\" WHERE \"ITEM\" IN (?"));
  }

  @Test
  void pairsAreJoined() {
    try (StreamingTest test = StreamingTest.create()) {
      test.expect(
          prices()
              .leftOuterJoin(
                  test.pairInput(List.of(List.of(Pair.of("tea", 1), Pair.of("gold", 2))))),
          List.of(List.of(
              Pair.of("tea", Pair.of(1, Optional.of(5L))),
              Pair.of("gold", Pair.of(2, Optional.empty())))));

      test.run();
    }
  }

  @Test
  void eachKeyIsAskedForOnceInABatchAndAgainInTheNext() throws SQLException {
    List<String> many =
        IntStream.range(0, 100).mapToObj(i -> i % 2 == 0 ? "tea" : "gold").toList();
    try (StreamingTest test = StreamingTest.create()) {
      DStream<String> orders = test.input(List.of(many, List.of("tea", "milk")), 4);
      test.expect(
          prices().chunk(3).enrich(orders, item -> item).map(Pair::value).countByValue(),
          List.of(
              List.of(Pair.of(Optional.of(5L), 50L), Pair.of(Optional.empty(), 50L)),
              List.of(Pair.of(Optional.of(6L), 1L), Pair.of(Optional.of(7L), 1L))));
      test.beforeBatch(2, () -> {
        assertThat(ASKED).containsExactlyInAnyOrder("tea", "gold");
        ASKED.clear();
        change("UPDATE prices SET cents = 6 WHERE item = 'tea'");
      });

      test.run();
    }
    assertThat(ASKED).containsExactlyInAnyOrder("tea", "milk");
  }

  private static void change(String sql) {
    try {
      H2.execute(sql);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void keysAreAskedForInChunks() {
    List<String> keys = IntStream.range(0, 25).mapToObj(String::valueOf).toList();
    try (StreamingTest test = StreamingTest.create()) {
      var found = test.output(prices().chunk(10).enrich(test.input(List.of(keys)), key -> key));

      test.runBatches(1);

      assertThat(found.records().get(0)).hasSize(25);
    }
    assertThat(STATEMENTS).hasSize(3);
    assertThat(ASKED).hasSize(25);
  }

  @Test
  void keysOfOtherTypesAndNullAreFound() {
    JdbcLookup<Integer, String> byNumber =
        JdbcLookup.of(H2.source(), "prices", "number", row -> row.getString("item"));
    JdbcLookup<UUID, String> byId =
        JdbcLookup.of(H2.source(), "prices", "id", row -> row.getString("item"));
    try (StreamingTest test = StreamingTest.create()) {
      DStream<Integer> numbers = test.input(List.of(List.of(1, 2, 9)));

      test.expect(
          byNumber.enrich(numbers, number -> number).map(Pair::value),
          List.of(List.of(Optional.of("tea"), Optional.of("milk"), Optional.empty())));
      test.expect(
          byId.enrich(numbers, number -> number == 9 ? nothing() : new UUID(1, number + 1))
              .map(Pair::value),
          List.of(List.of(Optional.of("tea"), Optional.empty(), Optional.empty())));

      test.run();
    }
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  void taskThatIsTriedAgainFindsTheSame() {
    try (StreamingTest test = StreamingTest.create()) {
      test.failTask(0, 0, 2);
      test.expect(
          prices().enrich(test.input(List.of(List.of("tea"))), item -> item),
          List.of(List.of(Pair.of("tea", Optional.of(5L)))));

      test.run();
    }
    assertThat(ASKED).containsExactly("tea");
  }

  @Test
  void whatCannotBeReadIsNamed() {
    try (StreamingTest test = StreamingTest.create()) {
      JdbcLookup<String, Long> wrong = JdbcLookup.of(SOURCE, "price", "item", row -> 1L);
      wrong.enrich(test.input(List.of(List.of("secret"))), item -> item).print();

      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("Table 'price' of lookup cannot be read: there is no such table")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void choicesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> prices().chunk(0)).hasMessageContaining("got 0");
    assertThatThrownBy(() -> prices().columns("a..b")).hasMessageContaining("'a..b'");
  }
}
