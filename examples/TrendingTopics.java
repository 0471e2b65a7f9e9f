package examples;

import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.WindowOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Prints the topics, words that begin with '#', whose share of the last ten seconds is the greatest compared with
 * that of the last minute.
 */
public final class TrendingTopics {

  private static final Duration SLIDE = Duration.ofSeconds(1);
  private static final Duration RECENT = Duration.ofSeconds(10);
  private static final Duration USUAL = Duration.ofMinutes(1);
  private static final int SHOWN = 5;

  private TrendingTopics() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: TrendingTopics HOST PORT");
    }
    try (StreamingContext context = StreamingContext.create("TrendingTopics", SLIDE)) {
      PairDStream<String, Long> topics = context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .filter(word -> word.startsWith("#"))
          .mapToPair(topic -> Pair.of(topic, 1L));
      // Both windows slide together, so their batches can be joined.
      PairDStream<String, Double> trends = counted(topics, RECENT)
          .join(counted(topics, USUAL))
          .mapValues(counts -> counts.key() * counts.key() / (double) counts.value());
      trends.foreachRDD((rdd, time) -> {
        System.out.println("Trending at " + time + ":");
        rdd.top(SHOWN, BY_TREND).forEach(pair -> System.out.println("  " + pair.key()));
      });
      context.start();
      context.awaitTermination();
    }
  }

  /** Topics that have left the window altogether are forgotten. */
  private static PairDStream<String, Long> counted(
      PairDStream<String, Long> topics, Duration length) {
    return topics.reduceByKeyAndWindow(
        Long::sum,
        (total, left) -> total - left,
        WindowOptions.of(length, SLIDE).dropEmptyKeys());
  }

  /** Travels to the workers, so it must be serializable. */
  private static final Comparator<Pair<String, Double>> BY_TREND =
      (Comparator<Pair<String, Double>> & Serializable)
          (left, right) -> Double.compare(left.value(), right.value());
}
