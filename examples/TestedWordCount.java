package examples;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * How a streaming program is tested: its clock stands still, its input and expected output are written down, and while it
 * runs on three simulated nodes, tasks fail and a node is killed.
 *
 * <p>This one needs no test framework; in one, the body of {@code main} is the body of a test.
 */
public final class TestedWordCount {

  private TestedWordCount() {}

  /** The program under test: the words of the last two seconds. */
  static PairDStream<String, Integer> count(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> Pair.of(word, 1))
        .reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(2));
  }

  /** Takes no arguments; throws if the program puts out something else. */
  public static void main(String[] args) {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      DStream<String> lines = test.input(List.of(List.of("to be or", "not to be"), List.of("be")));

      test.expect(
          count(lines),
          List.of(
              List.of(Pair.of("to", 2), Pair.of("be", 2), Pair.of("or", 1), Pair.of("not", 1)),
              List.of(Pair.of("to", 2), Pair.of("be", 3), Pair.of("or", 1), Pair.of("not", 1)),
              List.of(Pair.of("be", 1)),
              List.of()));
      test.failTask(0, 0, 2);
      test.beforeBatch(2, () -> test.killNode("node-1"));
      test.beforeBatch(3, test::addNode);

      int batches = test.run().size();
      System.out.println(batches + " batches were as expected.");
    }
  }
}
