package io.sluice.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChaosTallyTest {

  private final ChaosTally tally = new ChaosTally();

  @Test
  void allNumbersOnceIsNothingLostAndNothingDouble() {
    tally.result("batch 200 7 0=600", 1);
    tally.result("batch 400 7 0=400,1=500", 2);

    assertThat(tally.counted()).isEqualTo(1500);
    assertThat(tally.lost(1500)).isZero();
    assertThat(tally.duplicated(1500)).isZero();
  }

  @Test
  void whatIsLostInOneBucketDoesNotMakeUpForADoubleInAnother() {
    tally.result("batch 200 7 0=999,1=501", 1);

    assertThat(tally.counted()).isEqualTo(1500);
    assertThat(tally.lost(1500)).isEqualTo(1);
    assertThat(tally.duplicated(1500)).isEqualTo(1);
  }

  @Test
  void batchThatIsReportedAgainCountsOnceAndMustNotChange() {
    tally.result("batch 200 7 0=10", 1);
    tally.result("window 200 7 0=10", 1);
    tally.result("batch 200 8 0=10", 2);
    assertThat(tally.counted()).isEqualTo(10);
    assertThat(tally.wrong(10)).isEmpty();

    tally.result("batch 200 9 0=9", 3);

    assertThat(tally.wrong(10)).isNotEmpty();
  }

  @Test
  void stateMustHoldWhatItsBatchesHold() {
    String each = IntStream.range(0, 100).mapToObj(key -> key + "=1").collect(joining(","));
    tally.result("batch 200 7 0=100", 1);
    tally.result("window 200 7 0=100", 1);
    tally.result("state 200 7 " + each, 1);
    assertThat(tally.wrong(100)).isEmpty();

    tally.result("batch 400 8 ", 1);
    tally.result("window 400 8 0=100", 1);
    tally.result("state 400 8 " + each.replaceFirst("0=1", "0=2"), 2);
    tally.result("batch 600 8 ", 1);
    tally.result("window 600 8 0=100", 1);
    tally.result("state 600 8 " + each.replaceFirst("0=1", "0=2"), 3);

    assertThat(tally.wrong(100))
        .containsExactly(
            "state of batch 400 has 101 instead of 100, process 8", "state of 0 is 2 instead of 1");
  }

  @Test
  void windowMustHoldWhatItsBatchesHold() {
    tally.result("batch 200 7 0=10", 1);
    tally.result("window 200 7 0=11", 1);

    assertThat(tally.wrong(10)).hasSize(1);
  }

  @Test
  void newestBatchMayStillTellItsWindowButNoOther() {
    tally.result("batch 200 7 0=10", 1);
    tally.result("window 200 7 0=10", 2);
    tally.result("batch 400 7 0=10", 3);
    assertThat(tally.wrong(20)).isEmpty();

    tally.result("batch 600 7 ", 4);

    assertThat(tally.wrong(20)).containsExactly("window until 400 is {} instead of 20");
  }

  @Test
  void gapIsTheLongestTimeWithoutAResultAfterAKill() {
    tally.result("batch 200 7 0=1", 1000);
    tally.killed(false, 1100);
    tally.result("batch 400 7 0=1", 1500);
    tally.result("batch 600 7 0=1", 1700);
    tally.killed(true, 2000);
    tally.result("batch 800 8 0=1", 3000);

    assertThat(tally.gapMillis(false)).isEqualTo(400);
    assertThat(tally.gapMillis(true)).isEqualTo(1000);
  }

  @Test
  void processOfTheLastResultIsTheDriver() {
    tally.result("batch 200 7 0=1", 1);
    tally.result("batch 400 8 0=1", 2);

    assertThat(tally.driverPid()).isEqualTo(8);
  }
}
