package examples;

import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Prints, every second, the ten most frequent words of the last ten seconds.
 *
 * <p>A window of ten seconds is not counted ten times: each second, what enters it is added and what leaves it is taken off.
 */
public final class WindowedTopWords {

  private static final Duration SLIDE = Duration.ofSeconds(1);
  private static final Duration LENGTH = Duration.ofSeconds(10);
  private static final int SHOWN = 10;

  private WindowedTopWords() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: WindowedTopWords HOST PORT");
    }
    try (StreamingContext context = StreamingContext.create("TopWords", SLIDE)) {
      PairDStream<String, Integer> counts = context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKeyAndWindow(
              Integer::sum,
              (total, left) -> total - left,
              LENGTH,
              SLIDE,
              context.defaultPartitions(),
              // Words that have left the window altogether are forgotten.
              pair -> pair.value() > 0);
      // The function is called on the driver; top runs on the workers and sends ten pairs of each
      // partition.
      counts.foreachRDD((rdd, time) -> {
        System.out.println("Top words at " + time + ":");
        rdd.top(SHOWN, BY_COUNT).forEach(pair -> System.out.println("  " + pair));
      });
      context.start();
      context.awaitTermination();
    }
  }

  /** Travels to the workers, so it must be serializable. */
  private static final Comparator<Pair<String, Integer>> BY_COUNT =
      (Comparator<Pair<String, Integer>> & Serializable)
          (left, right) -> Integer.compare(left.value(), right.value());
}
