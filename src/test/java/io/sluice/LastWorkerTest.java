package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All workers are lost between two batches, and another comes. */
@Timeout(60)
class LastWorkerTest {

  private static final List<List<Pair<String, Integer>>> INPUT =
      List.of(List.of(Pair.of("a", 1), Pair.of("b", 1)), List.of(Pair.of("a", 2)));

  @Test
  void aProgramWithoutStateGoesOnWithTheNewOne() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<Pair<String, Integer>> output =
          test.output(test.pairInput(INPUT).reduceByKey(Integer::sum));
      test.runBatches(1);
      test.killNode("node-1");
      test.killNode("node-2");
      test.addNode();
      test.runBatches(1);

      assertThat(output.records().get(1)).containsExactly(Pair.of("a", 2));
    }
  }

  @Test
  void aProgramWithAWindowEnds() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.output(test.pairInput(INPUT)
          .reduceByKeyAndWindow(
              Integer::sum,
              (total, gone) -> total - gone,
              Duration.ofSeconds(3),
              Duration.ofSeconds(1)));
      test.runBatches(1);
      test.killNode("node-1");
      test.killNode("node-2");

      assertThatThrownBy(() -> test.context().awaitTermination(Duration.ofSeconds(20)))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.BLOCK_LOST));
    }
  }
}
