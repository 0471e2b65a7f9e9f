package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Chart;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.ChartInfo;
import io.sluice.testkit.StreamingTest;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code show} tells of the results of a batch. */
class ChartTest {

  /** A row of a table. */
  public record Trade(String symbol, int shares, double price) implements Serializable {}

  private static <T> ChartInfo shown(Chart chart, List<T> records) {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(records), 3).show("results", chart);
      test.start();
      test.runBatches(1);
      return test.awaitEvent(StreamingEvent.ChartShown.class, any -> true).chart();
    }
  }

  private static List<List<Object>> rows(Chart chart, List<?> records) {
    return shown(chart, records).rows();
  }

  private static final List<Pair<String, Integer>> WORDS =
      List.of(Pair.of("a", 1), Pair.of("b", 5), Pair.of("c", 3));

  @Test
  void barsAndLinesAreTheGreatestOfAllPartitions() {
    assertThat(rows(Charts.bar(2), WORDS)).containsExactly(List.of("b", 5.0), List.of("c", 3.0));
    assertThat(rows(Charts.line(), WORDS))
        .containsExactly(List.of("b", 5.0), List.of("c", 3.0), List.of("a", 1.0));
    assertThat(rows(Charts.line(), List.of(7L))).containsExactly(List.of("", 7.0));
  }

  @Test
  void aTableHasColumnsForWhatRecordsConsistOf() {
    ChartInfo trades = shown(Charts.table(1), List.of(new Trade("ACME", 3, 1.5)));
    assertThat(trades.columns()).containsExactly("symbol", "shares", "price");
    assertThat(trades.rows()).containsExactly(List.of("ACME", 3, 1.5));
    assertThat(shown(Charts.table(), WORDS).columns()).containsExactly("key", "value");
    assertThat(rows(Charts.table(), List.of("x", "y"))).containsExactly(List.of("x"), List.of("y"));
    assertThat(rows(Charts.table(), List.of())).isEmpty();
  }

  @Test
  void aValueIsTheFirstRecord() {
    assertThat(rows(Charts.value(), List.of(42L, 43L))).containsExactly(List.of(42L));
    assertThat(rows(Charts.value(), List.of())).isEmpty();
  }

  @Test
  void barsOfAnythingElseAreAnErrorThatSaysWhatToDo() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of("text"))).show("results", Charts.bar());
      test.start();
      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("pairs of a label and a number")
          .hasMessageContaining("'text'");
    }
  }

  @Test
  void titlesAreUniqueAndNotBlank() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<String> stream = test.input(List.of(List.of("a")));
      stream.show("one", Charts.table());
      assertThatThrownBy(() -> stream.show("one", Charts.table()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'show one'");
      assertThatThrownBy(() -> stream.show(" ", Charts.table()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("title");
      assertThatThrownBy(() -> Charts.bar(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("between 1 and 100");
    }
  }
}
