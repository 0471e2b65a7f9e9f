package io.sluice.cli;

import akka.actor.typed.ActorSystem;
import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import io.sluice.api.StreamingListener;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The demonstration's program: the most frequent words of the last ten batches, and a count of all lines. */
final class DemoProgram {

  private static final int WINDOW_BATCHES = 10;
  private static final int SHOWN = 5;

  private final StreamingContext context;
  private final AtomicLong counted = new AtomicLong();
  private volatile List<Pair<String, Long>> top = List.of();

  DemoProgram(ActorSystem<?> system, Duration interval, int port, StreamingListener listener) {
    context = StreamingContext.on(system, "demo", interval);
    context.addStreamingListener(listener);
    DStream<String> lines = context.socketTextStream("127.0.0.1", port);
    DStream<Long> lineCounts = lines.count();
    lineCounts.foreachRDD(rdd -> rdd.collect().forEach(counted::addAndGet));
    lineCounts.show("Lines in a batch", Charts.line());
    PairDStream<String, Long> counts = lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> Pair.of(word, 1L))
        .reduceByKeyAndWindow(
            Long::sum,
            (total, left) -> total - left,
            interval.multipliedBy(WINDOW_BATCHES),
            interval,
            context.defaultPartitions(),
            pair -> pair.value() > 0);
    counts.foreachRDD(rdd -> top = rdd.top(SHOWN, byCount()));
    counts.show("Top words of the last %d batches".formatted(WINDOW_BATCHES), Charts.bar());
  }

  private static Comparator<Pair<String, Long>> byCount() {
    return (Comparator<Pair<String, Long>> & Serializable)
        (left, right) -> Long.compare(left.value(), right.value());
  }

  StreamingContext context() {
    return context;
  }

  /** Lines that the outputs of completed batches have counted. */
  long counted() {
    return counted.get();
  }

  /** The most frequent words of the latest window. */
  List<Pair<String, Long>> top() {
    return top;
  }
}
