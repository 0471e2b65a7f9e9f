package io.sluice;

import static io.sluice.Conformance.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions on RDDs in a driver program, before streams start and without any. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class BatchProgramTest {

  private final int nodes;

  BatchProgramTest(int nodes) {
    this.nodes = nodes;
  }

  @Test
  void actionsRunWithoutAnyStream() {
    try (StreamingContext context =
        StreamingContext.builder("batch", Duration.ofSeconds(1)).nodes(nodes).build()) {
      List<Pair<String, Integer>> counts = context
          .parallelize(List.of("a", "b", "a"), 3)
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum)
          .sortByKey()
          .collect();

      assertThat(counts).containsExactly(Pair.of("a", 2), Pair.of("b", 1));
      assertThat(context.state()).isEqualTo(ContextState.INITIALIZED);
    }
  }

  @Test
  void whatWasComputedBeforeTheStartIsUsedByStreams() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      PairRDD<Integer, String> names = test.context()
          .parallelizePairs(List.of(Pair.of(1, "one"), Pair.of(2, "two")))
          .cache();
      assertThat(names.count()).isEqualTo(2);
      Recorded<String> output = test.output(test.input(ints("1 2 1 | 2"), 2)
          .mapToPair(x -> Pair.of(x, x))
          .transform(rdd -> rdd.join(names).values().map(Pair::value)));

      test.runBatches(2);

      assertThat(output.records().get(0)).containsExactlyInAnyOrder("one", "two", "one");
      assertThat(output.records().get(1)).containsExactly("two");
      assertThat(names.count()).isEqualTo(2);
    }
  }

  @Test
  void actionAfterTheStopSaysSo() {
    StreamingContext context =
        StreamingContext.builder("batch", Duration.ofSeconds(1)).nodes(nodes).build();
    RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3));
    assertThat(numbers.count()).isEqualTo(3);
    context.stop();

    assertThatThrownBy(numbers::count)
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("was stopped")
        .extracting(failure -> ((SluiceException) failure).code())
        .isEqualTo(ErrorCode.CONTEXT_STOPPED);
  }
}
