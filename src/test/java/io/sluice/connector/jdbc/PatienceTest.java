package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private static final JdbcSource SOURCE = JdbcSource.of("jdbc:h2:mem:patience");

  private final List<Long> pauses = new ArrayList<>();
  private long now;

  @Test
  void pausesDoubleUntilItSucceeds() throws Exception {
    String found = patience(60).run(SOURCE, () -> {
      if (pauses.size() < 8) {
        throw failure("08006");
      }
      return "done";
    });

    assertThat(found).isEqualTo("done");
    assertThat(pauses).containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
  }

  @Test
  void lastTryIsAtTheEndOfItsTime() {
    assertThatThrownBy(() -> patience(1).run(SOURCE, () -> {
          throw failure("57P03");
        }))
        .isInstanceOf(TableException.class);

    assertThat(pauses).containsExactly(100L, 200L, 400L, 300L);
  }

  @Test
  void whatCannotSucceedIsNotTriedAgain() {
    for (String state : List.of("42P01", "42S02", "28P01", "23505", "22001", "XX000")) {
      assertThatThrownBy(() -> patience(60).run(SOURCE, () -> {
            throw failure(state);
          }))
          .as(state)
          .isInstanceOf(TableException.class);
    }

    assertThat(pauses).isEmpty();
  }

  private Patience patience(int seconds) {
    return new Patience(Duration.ofSeconds(seconds), () -> now, millis -> {
      pauses.add(millis);
      now += millis;
    });
  }

  private static TableException failure(String state) {
    return new TableException("written", "t", List.of(), new SQLException("text", state));
  }
}
