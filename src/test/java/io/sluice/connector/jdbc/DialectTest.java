package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DialectTest {

  private static final List<String> COLUMNS = List.of("id", "Item", "cents");
  private static final List<String> KEY = List.of("id");

  @Test
  void postgresqlReplacesOnConflict() {
    Names names = Names.lower(Dialect.POSTGRESQL);

    assertThat(upsert(names, Dialect.POSTGRESQL, "Shop.Orders", COLUMNS, KEY))
        .isEqualTo(
            "INSERT INTO \"shop\".\"orders\" (\"id\", \"item\", \"cents\") VALUES (?, ?, ?)"
                + " ON CONFLICT (\"id\") DO UPDATE SET \"item\" = EXCLUDED.\"item\", \"cents\" = EXCLUDED.\"cents\"");
    assertThat(upsert(names, Dialect.POSTGRESQL, "seen", KEY, KEY))
        .isEqualTo("INSERT INTO \"seen\" (\"id\") VALUES (?) ON CONFLICT (\"id\") DO NOTHING");
  }

  @Test
  void mysqlReplacesOnDuplicateKey() {
    Names names = Names.unfolded(Dialect.MYSQL);

    assertThat(upsert(names, Dialect.MYSQL, "shop.orders", COLUMNS, KEY))
        .isEqualTo("INSERT INTO `shop`.`orders` (`id`, `Item`, `cents`) VALUES (?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE `Item` = VALUES(`Item`), `cents` = VALUES(`cents`)");
    assertThat(upsert(names, Dialect.MYSQL, "seen", KEY, KEY))
        .isEqualTo("INSERT INTO `seen` (`id`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `id`");
  }

  @Test
  void h2Merges() {
    Names names = Names.upper(Dialect.H2);

    assertThat(upsert(names, Dialect.H2, "orders", COLUMNS, List.of("id", "Item")))
        .isEqualTo(
            "MERGE INTO \"ORDERS\" (\"ID\", \"ITEM\", \"CENTS\") KEY (\"ID\", \"ITEM\") VALUES (?, ?, ?)");
    assertThat(Dialect.H2.append(names.quoted("orders"), names.quoted(COLUMNS)))
        .isEqualTo("INSERT INTO \"ORDERS\" (\"ID\", \"ITEM\", \"CENTS\") VALUES (?, ?, ?)");
  }

  @Test
  void namesInDoubleQuotesAreTakenAsTheyAre() {
    assertThat(Names.upper(Dialect.H2).quoted("shop.\"my.Orders\""))
        .isEqualTo("\"SHOP\".\"my.Orders\"");
    assertThat(Names.lower(Dialect.POSTGRESQL).quoted("\"a\"\"b\"")).isEqualTo("\"a\"\"b\"");
    assertThat(Names.unfolded(Dialect.MYSQL).quoted("\"a`b\"")).isEqualTo("`a``b`");
  }

  @Test
  void whatIsNoNameIsRefused() {
    for (String wrong : List.of("", ".", "a..b", "\"open", "a\"b\"", "\"\"")) {
      assertThatThrownBy(() -> Names.require(wrong, "The table of a sink"))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("The table of a sink must be a name")
          .hasMessageContaining("'" + wrong + "'");
    }
    assertThat(Names.require("my table", "A table")).isEqualTo("my table");
  }

  @Test
  void urlTellsTheDialect() {
    assertThat(JdbcSource.of("jdbc:postgresql://db/shop").dialect()).isEqualTo(Dialect.POSTGRESQL);
    assertThat(JdbcSource.of("jdbc:mysql://db/shop").dialect()).isEqualTo(Dialect.MYSQL);
    assertThat(JdbcSource.of("jdbc:mariadb://db/shop").dialect()).isEqualTo(Dialect.MYSQL);
    assertThat(JdbcSource.of("jdbc:h2:mem:shop").dialect()).isEqualTo(Dialect.H2);
    assertThatThrownBy(() -> JdbcSource.of("jdbc:oracle:thin:scott/tiger@db;password=tiger"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jdbc:postgresql:")
        .hasMessageNotContaining("password");
    assertThat(JdbcSource.of("jdbc:tc:postgresql:///shop", Dialect.POSTGRESQL).dialect())
        .isEqualTo(Dialect.POSTGRESQL);
  }

  @Test
  void driversAreToldToSendRowsTogetherUnlessTheUrlSaysOtherwise() {
    assertThat(JdbcSource.of("jdbc:postgresql://db/shop").driverProperties())
        .containsEntry("reWriteBatchedInserts", "true");
    assertThat(JdbcSource.of("jdbc:postgresql://db/shop?reWriteBatchedInserts=false")
            .driverProperties())
        .doesNotContainKey("reWriteBatchedInserts");
    assertThat(JdbcSource.of("jdbc:mysql://db/shop").driverProperties())
        .containsEntry("rewriteBatchedStatements", "true");
    assertThat(JdbcSource.of("jdbc:mariadb://db/shop").driverProperties()).isEmpty();
    assertThat(JdbcSource.of("jdbc:mysql://db/shop")
            .property("rewriteBatchedStatements", "false")
            .driverProperties())
        .containsEntry("rewriteBatchedStatements", "false");
  }

  @Test
  void secretsAreNotShown() {
    assertThat(JdbcSource.of("jdbc:postgresql://me:secret@db/shop?password=secret")
            .user("me", "secret"))
        .hasToString("jdbc:postgresql://db/shop");
    assertThat(JdbcSource.of("jdbc:h2:tcp://db/shop;USER=me;PASSWORD=secret"))
        .hasToString("jdbc:h2:tcp://db/shop");
  }

  private static String upsert(
      Names names, Dialect dialect, String table, List<String> columns, List<String> key) {
    return dialect.upsert(names.quoted(table), names.quoted(columns), names.quoted(key));
  }
}
