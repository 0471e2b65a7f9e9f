package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StreamingListener;
import io.sluice.api.StreamingListener.BatchInfo;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

  private static final String CLEARED = "\r\u001b[K";

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final PrintStream terminal = new PrintStream(shown, true, StandardCharsets.UTF_8);
  private long nanos = Long.MAX_VALUE - 100;
  private final ProgressLine line = new ProgressLine(terminal, () -> nanos);
  private final StreamingListener words = line.of("words", Duration.ofMillis(200));
  private final PrintStream out = line.around(terminal);

  private static BatchInfo batch(long records) {
    Instant due = Instant.EPOCH;
    return new BatchInfo(
        due,
        Map.of(0, records),
        due,
        Optional.of(due.plusMillis(3)),
        Optional.of(due.plusMillis(7)),
        Map.of(),
        1,
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  private String taken() {
    String text = shown.toString(StandardCharsets.UTF_8);
    shown.reset();
    return text;
  }

  @Test
  void aBatchIsShownAndTheNextReplacesIt() {
    words.onBatchCompleted(batch(1000));
    assertThat(taken()).isEqualTo(CLEARED + "words: 1 batches | 5,000 records/s | delay 7 ms");

    nanos += 250_000_000;
    words.onBatchCompleted(batch(10));
    assertThat(taken()).isEqualTo(CLEARED + "words: 2 batches | 50 records/s | delay 7 ms");
  }

  @Test
  void batchesInQuickSuccessionAreShownTogether() {
    words.onBatchCompleted(batch(0));
    taken();

    words.onBatchCompleted(batch(100));
    assertThat(taken()).isEmpty();

    nanos += 300_000_000;
    words.onBatchCompleted(batch(300));
    assertThat(taken()).contains("3 batches | 1,000 records/s");
  }

  @Test
  void whatIsPrintedTakesThePlaceOfTheLine() {
    words.onBatchCompleted(batch(1));
    taken();

    out.println("(water,2)");
    out.println("(gate,1)");

    assertThat(taken()).isEqualTo(CLEARED + "(water,2)\n(gate,1)\n");
  }

  @Test
  void aLineThatIsBeingPrintedIsNotBroken() {
    out.print("half ");
    words.onBatchCompleted(batch(1));
    out.println("whole");
    assertThat(taken()).isEqualTo("half whole\n");

    nanos += 250_000_000;
    words.onBatchCompleted(batch(1));
    assertThat(taken()).contains("2 batches");
  }

  @Test
  void whereNobodyLooksNothingIsChanged() {
    PrintStream before = System.err;

    ProgressLine.install(false);

    assertThat(System.err).isSameAs(before);
  }
}
