package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class QueueStreamTest {

  @Test
  void b50_oneDatasetOfTheQueueABatch() {
    try (StreamingTest test = StreamingTest.create()) {
      Queue<RDD<Integer>> queue = new ArrayDeque<>();
      for (List<Integer> numbers : List.of(List.of(1, 2, 3), List.of(4, 5, 6), List.of(7, 8, 9))) {
        queue.add(test.context().parallelize(numbers, 1));
      }
      Recorded<Integer> output = test.output(test.context().queueStream(queue));

      test.runBatches(3);

      assertThat(output.records())
          .containsExactly(List.of(1, 2, 3), List.of(4, 5, 6), List.of(7, 8, 9));
    }
  }

  @Test
  void q1_whatIsQueuedWhileBatchesRunComesOneABatch() {
    try (StreamingTest test = StreamingTest.create()) {
      Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
      Recorded<Integer> output = test.output(test.context().queueStream(queue, true));
      for (int i = 1; i <= 5; i += 2) {
        for (int n = i; n <= Math.min(5, i + 1); n++) {
          queue.add(test.context().parallelize(List.of(n), 1));
        }
        test.runBatches(1);
      }
      test.runBatches(3);

      assertThat(output.records())
          .containsExactly(List.of(1), List.of(2), List.of(3), List.of(4), List.of(5), List.of());
    }
  }

  @Test
  void q2_allThatIsQueuedComesInOneBatch() {
    try (StreamingTest test = StreamingTest.create()) {
      Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
      Recorded<Integer> output = test.output(test.context().queueStream(queue, false));
      for (int n = 1; n <= 3; n++) {
        queue.add(test.context().parallelize(List.of(n), 1));
      }
      test.runBatches(1);
      for (int n = 4; n <= 5; n++) {
        queue.add(test.context().parallelize(List.of(n), 1));
      }
      test.runBatches(1);

      assertThat(output.records()).containsExactly(List.of(1, 2, 3), List.of(4, 5));
    }
  }
}
