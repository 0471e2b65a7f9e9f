package io.sluice.api;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a start of a program would do with what its checkpoint directory holds.
 *
 * @param context the name of the context
 * @param directory of this context alone
 * @param begun whether there is something to go on with; if not, the program begins anew
 * @param after the batch after which it would go on; empty for the beginning, or if it would not start
 * @param again the batches that would be run again, oldest first
 * @param operators what becomes of everything that is kept or would be kept, by kind and name
 * @param problems what keeps the program as a whole from starting; each a sentence
 * @param damage what was found damaged, each with the name of its file
 */
public record CheckpointReport(
    String context,
    Path directory,
    boolean begun,
    Optional<Instant> after,
    List<Instant> again,
    List<Operator> operators,
    List<String> problems,
    List<String> damage) {

  /** What becomes of what is kept. */
  public enum Fate {
    /** The program goes on with it. */
    KEPT,
    /** Nothing is kept for the operator; it begins without a past. */
    EMPTY,
    /** It is forgotten: the program has no use for it. */
    DROPPED,
    /** The program does not start because of it. */
    REFUSED
  }

  /** What is kept for an operator. */
  public enum Kind {
    /** The state of an operator by key. */
    STATE("state"),
    /** What a window reads of past batches, or how far event time has come. */
    PAST("past batches"),
    /** Blocks that a receiver has stored, and its position. */
    RECEIVED("received blocks"),
    /** How far a source was read that has no receiver, or which files a directory had. */
    SOURCE("source");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * What becomes of what is kept for one operator.
   *
   * @param name given with {@code named(...)}, or made of the operation and those before it
   * @param reason a sentence; for {@link Fate#REFUSED} also what to do
   */
  public record Operator(Kind kind, String name, Fate fate, String reason) {}

  public CheckpointReport {
    again = List.copyOf(again);
    operators = List.copyOf(operators);
    problems = List.copyOf(problems);
    damage = List.copyOf(damage);
  }

  /** Whether a start would fail. */
  public boolean isRefused() {
    return !problems.isEmpty()
        || operators.stream().anyMatch(operator -> operator.fate == Fate.REFUSED);
  }

  /** As a table, for people. */
  @Override
  public String toString() {
    String where = !begun
        ? "begins anew: nothing is kept in " + directory
        : isRefused()
            ? "would not start"
            : "goes on after " + after.map(time -> "batch " + time).orElse("its beginning")
                + " and runs " + again.size() + " batches again";
    Stream<String> rows = operators.stream()
        .map(row -> "%-8s %-16s %s: %s".formatted(row.fate, row.kind, row.name, row.reason));
    return Stream.of(
            Stream.of("[" + context + "] " + where),
            rows,
            problems.stream().map(problem -> "REFUSED  " + problem),
            damage.stream().map(found -> "DAMAGED  " + found))
        .flatMap(lines -> lines)
        .reduce((left, right) -> left + System.lineSeparator() + right)
        .orElse("");
  }
}
