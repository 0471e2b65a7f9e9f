package io.sluice.connector.jdbc;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.sql.SQLException;
import java.util.List;

/** A statement failed; knows on which table. Never leaves the package: its cause has the values of records. */
final class TableException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String doing;
  private final String table;
  private final List<String> columns;
  private final transient SqlProblem problem;

  /** @param doing what was done to the table, as "written" */
  TableException(String doing, String table, List<String> columns, SQLException cause) {
    super(cause);
    this.doing = doing;
    this.table = table;
    this.columns = columns;
    this.problem = SqlProblem.of(cause);
  }

  SqlProblem problem() {
    return problem;
  }

  /**
   * The failure as a user can understand it, without anything of a record.
   *
   * @param code unless it is a record's fault, which is TASK_FAILED
   */
  SluiceException told(JdbcSource source, ErrorCode code) {
    String where =
        problem.column(columns).map(column -> ", column '" + column + "'").orElse("")
            + problem.constraint().map(name -> ", constraint '" + name + "'").orElse("");
    return new SluiceException(
        problem.kind().isOfRecord() ? ErrorCode.TASK_FAILED : code,
        "Table '%s' of %s cannot be %s: %s%s (SQLState %s, code %d). %s"
            .formatted(
                table,
                source,
                doing,
                problem.kind().what(),
                where,
                problem.state(),
                problem.code(),
                problem.kind().remedy()),
        problem.withoutText());
  }
}
