package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.StreamingListener;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Counts lines and words, by batch and by window, and remembers all results and when they came. */
final class CountedWords implements AutoCloseable {

  static final Duration INTERVAL = Duration.ofMillis(200);
  static final Duration WINDOW = Duration.ofSeconds(1);

  private static final Duration POLL = Duration.ofMillis(20);

  private final StreamingContext context;
  private final AtomicLong lines = new AtomicLong();
  private final NavigableMap<Instant, Map<String, Integer>> batches = new ConcurrentSkipListMap<>();
  private final NavigableMap<Instant, Map<String, Integer>> windows = new ConcurrentSkipListMap<>();
  private volatile String receiverWorker = "";
  private volatile long lastResultNanos;
  private volatile long longestGapNanos;

  CountedWords(ActorSystem<?> driver, Function<StreamingContext, DStream<String>> source) {
    context = StreamingContext.on(driver, "CountedWords", INTERVAL);
    context.addStreamingListener(new StreamingListener() {
      @Override
      public void onReceiverStarted(ReceiverInfo receiver) {
        receiverWorker = receiver.location();
      }
    });
    DStream<String> input = source.apply(context);
    PairDStream<String, Integer> words = input
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> Pair.of(word, 1));
    input.count().foreachRDD(counts -> counts.collect().forEach(lines::addAndGet));
    words
        .reduceByKey(Integer::sum)
        .foreachRDD((counts, time) -> keep(batches, time, counts.collectAsMap()));
    words
        .reduceByKeyAndWindow(Integer::sum, (total, left) -> total - left, WINDOW, INTERVAL)
        .foreachRDD((counts, time) -> {
          keep(windows, time, counts.collectAsMap());
          resultAt(System.nanoTime());
        });
  }

  private static void keep(
      Map<Instant, Map<String, Integer>> results, Instant time, Map<String, Integer> counts) {
    counts.values().removeIf(count -> count == 0);
    if (results.put(time, counts) != null) {
      throw new IllegalStateException("A second result for the batch of " + time);
    }
  }

  private void resultAt(long now) {
    longestGapNanos = Math.max(longestGapNanos, now - lastResultNanos);
    lastResultNanos = now;
  }

  void start() {
    context.start();
  }

  /** The worker that runs the receiver, by its data port; empty before it has started. */
  String receiverWorker() {
    return receiverWorker;
  }

  /** Waits while the context runs. */
  void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (context.awaitTermination(POLL)) {
        throw new AssertionError("The context has ended");
      }
    }
  }

  /** Forgets the gaps so far. */
  void measureGaps() {
    longestGapNanos = 0;
  }

  @Override
  public void close() {
    context.stop(true);
  }

  long lines() {
    return lines.get();
  }

  /** Between two results, since the measuring began. */
  long longestGapMillis() {
    return TimeUnit.NANOSECONDS.toMillis(longestGapNanos);
  }

  /** Each word's count in all batches. */
  Map<String, Integer> total() {
    return sum(batches);
  }

  NavigableMap<Instant, Map<String, Integer>> windows() {
    return windows;
  }

  /** What the window that ends at a time must hold, by the counts of its batches. */
  Map<String, Integer> expectedWindow(Instant end) {
    return sum(batches.subMap(end.minus(WINDOW), false, end, true));
  }

  private static Map<String, Integer> sum(Map<Instant, Map<String, Integer>> batches) {
    Map<String, Integer> sum = new TreeMap<>();
    batches
        .values()
        .forEach(counts -> counts.forEach((word, count) -> sum.merge(word, count, Integer::sum)));
    return sum;
  }
}
