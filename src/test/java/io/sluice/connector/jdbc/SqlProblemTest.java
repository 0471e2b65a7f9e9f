package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlProblemTest {

  @ParameterizedTest
  @CsvSource({
    "08006, 0, NO_ANSWER",
    "57P01, 0, NO_ANSWER",
    "53300, 0, NO_ANSWER",
    "40P01, 0, NO_ANSWER",
    "HY000, 1205, NO_ANSWER",
    "08004, 1040, NO_ANSWER",
    "90098, 90098, NO_ANSWER",
    "42P01, 0, NO_TABLE",
    "42S02, 42102, NO_TABLE",
    "42S02, 1146, NO_TABLE",
    "42S22, 1054, NO_COLUMN",
    "42P10, 0, NO_KEY",
    "28P01, 0, NO_ACCESS",
    "28000, 1045, NO_ACCESS",
    "42000, 1049, NO_DATABASE",
    "42000, 1142, NO_RIGHT",
    "23000, 1062, CONSTRAINT",
    "HY000, 3819, CONSTRAINT",
    "HY000, 1364, VALUE",
    "42804, 0, VALUE",
    "XX000, 0, OTHER"
  })
  void codesTellWhatIsWrong(String state, int code, SqlProblem.Kind kind) {
    assertThat(SqlProblem.of(new SQLException("text", state, code)).kind()).isEqualTo(kind);
  }

  @Test
  void poolThatFindsNoConnectionTellsWhy() {
    SQLException timeout =
        new SQLTransientConnectionException("not available", null, new SQLException("x", "28P01"));

    assertThat(SqlProblem.of(timeout).kind()).isEqualTo(SqlProblem.Kind.NO_ACCESS);
    assertThat(SqlProblem.of(new SQLTransientConnectionException("all in use")).isTransient())
        .isTrue();
  }

  @Test
  void columnAndConstraintAreToldWithoutValues() {
    BatchUpdateException batch = new BatchUpdateException(
        "Batch entry 0 INSERT INTO t VALUES ('secret') was aborted: ERROR: null value",
        "23502",
        new int[0]);
    batch.setNextException(new SQLException(
        "ERROR: null value in column \"cents\" of relation \"orders\" violates not-null constraint\n"
            + "  Detail: Failing row contains (secret, null).",
        "23502"));

    SluiceException told = new TableException("written", "orders", List.of("id", "cents"), batch)
        .told(JdbcSource.of("jdbc:postgresql://db/shop"), ErrorCode.SINK_FAILED);

    assertThat(told.code()).isEqualTo(ErrorCode.TASK_FAILED);
    assertThat(told)
        .hasMessageContaining("Table 'orders' of jdbc:postgresql://db/shop")
        .hasMessageContaining("column 'cents'")
        .hasMessageContaining("SQLState 23502")
        .hasStackTraceContaining("BatchUpdateException");
    for (Throwable cause = told; cause != null; cause = cause.getCause()) {
      assertThat(String.valueOf(cause)).doesNotContain("secret");
    }
    assertThat(SqlProblem.of(new SQLException(
                "ERROR: duplicate key value violates unique constraint \"orders_pkey\"\n  Detail: Key (id)=(secret) already exists.",
                "23505"))
            .constraint())
        .contains("orders_pkey");
  }

  @Test
  void columnIsFoundAsEachDatabaseNamesIt() {
    for (String text : List.of(
        "NULL not allowed for column \"CENTS\"; SQL statement: ...",
        "Column 'cents' cannot be null",
        "(conn=3) Data too long for column 'cents' at row 1",
        "Unknown column 'o.cents' in 'field list'",
        "ERROR: column \"cents\" is of type integer but expression is of type character varying")) {
      assertThat(SqlProblem.of(new SQLException(text)).column(List.of("id", "cents")))
          .as(text)
          .contains("cents");
    }
    assertThat(SqlProblem.of(new SQLException("column \"cents_total\"")).column(List.of("cents")))
        .isEmpty();
  }
}
