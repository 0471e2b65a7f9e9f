package bench;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/** The workloads on Sluice, with the lambdas on Strings that its users write. */
public final class Sluice {

  private static final long INTERVAL_MILLIS = Long.getLong("interval", 1000);
  private static volatile int batchLines = 100_000;
  private static volatile long position;

  private Sluice() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    int seconds = Integer.parseInt(args[2]);
    if (workload.startsWith("W5")) {
      floor(workload, path, seconds);
    } else if (workload.equals("W6")) {
      startUp();
    } else {
      throughput(workload, path, seconds);
    }
    System.exit(0);
  }

  private static void throughput(String workload, String path, int seconds) throws Exception {
    StreamingContext context =
        StreamingContext.local("bench", Duration.ofMillis(INTERVAL_MILLIS));
    DStream<String> lines;
    if (path.equals("socket")) {
      lines =
          context.socketTextStream(
              "127.0.0.1", Integer.getInteger("port", 19999), StorageLevel.MEMORY_ONLY);
      context.addStreamingListener(new CountLines());
    } else {
      Text.lines();
      lines = context.queueStream(new Pool(context)).flatMap(Slice::iterator);
      context.addStreamingListener(new SizeBatches());
    }
    build(workload, lines);
    context.start();
    new Measure("sluice", workload, path).run(seconds);
    context.stop();
  }

  private static void build(String workload, DStream<String> lines) {
    switch (workload) {
      case "W1" ->
          lines
              .filter(line -> line.contains(Text.NEEDLE))
              .foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
      case "W2" ->
          pairs(lines).reduceByKey(Integer::sum).foreachRDD(rdd -> rdd.foreachPartition(Sluice::sink));
      case "W3" ->
          pairs(lines)
              .reduceByKeyAndWindow(
                  Integer::sum,
                  (total, left) -> total - left,
                  Duration.ofMillis(10 * INTERVAL_MILLIS),
                  Duration.ofMillis(INTERVAL_MILLIS),
                  2,
                  pair -> pair.value() > 0)
              .foreachRDD(rdd -> Measure.RESULTS.add(rdd.top(10, new ByCount()).size()));
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  private static PairDStream<String, Integer> pairs(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> Pair.of(word, 1));
  }

  private static void sink(Iterator<Pair<String, Integer>> counts) {
    long words = 0;
    while (counts.hasNext()) {
      words += counts.next().value();
    }
    Measure.RESULTS.add(words);
  }

  /** Total delay of batches with next to no data: count of one stage, or word count of two. */
  private static void floor(String workload, String path, int seconds) throws Exception {
    Text.lines();
    batchLines = 100;
    StreamingContext context =
        StreamingContext.local("bench", Duration.ofMillis(INTERVAL_MILLIS));
    DStream<String> lines = context.queueStream(new Pool(context)).flatMap(Slice::iterator);
    if (path.equals("two")) {
      build("W2", lines);
    } else {
      lines.foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
    }
    List<Double> delays = Collections.synchronizedList(new ArrayList<>());
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(BatchInfo batch) {
            batch
                .processingEnd()
                .ifPresent(
                    end ->
                        delays.add(Duration.between(batch.batchTime(), end).toNanos() / 1e6));
          }
        });
    context.start();
    Thread.sleep(Measure.WARM_SECONDS * 1000L);
    int from = delays.size();
    Thread.sleep(seconds * 1000L);
    double[] measured;
    synchronized (delays) {
      measured =
          delays.subList(from, delays.size()).stream().mapToDouble(Double::doubleValue).toArray();
    }
    new Measure("sluice", workload, path)
        .delays(
            measured,
            ",\"interval_ms\":%d,\"expected\":%d"
                .formatted(INTERVAL_MILLIS, seconds * 1000L / INTERVAL_MILLIS));
    context.stop();
  }

  private static void startUp() throws Exception {
    StreamingContext context = StreamingContext.local("bench", Duration.ofMillis(100));
    Queue<RDD<String>> queue = new java.util.ArrayDeque<>();
    queue.add(context.parallelize(List.of("to be or not to be"), 2));
    java.util.concurrent.CountDownLatch first = new java.util.concurrent.CountDownLatch(1);
    pairs(context.queueStream(queue))
        .reduceByKey(Integer::sum)
        .foreachRDD(
            rdd -> {
              if (!rdd.collect().isEmpty()) {
                first.countDown();
              }
            });
    context.start();
    first.await();
    long millis = System.currentTimeMillis() - Long.getLong("launch");
    System.out.println(
        "{\"peer\":\"sluice\",\"workload\":\"W6\",\"path\":\"mem\",\"first_result_ms\":"
            + millis
            + "}");
    context.stop();
  }

  /** A stretch of the pool. */
  record Slice(long from, int count) implements Serializable {
    Iterator<String> iterator() {
      String[] lines = Text.lines();
      return new Iterator<>() {
        private int at = (int) (from % lines.length);
        private int left = count;

        @Override
        public boolean hasNext() {
          return left > 0;
        }

        @Override
        public String next() {
          left--;
          String line = lines[at];
          if (++at == lines.length) {
            at = 0;
          }
          return line;
        }
      };
    }
  }

  /** Gives every batch the next lines, in two partitions. */
  private static final class Pool extends java.util.ArrayDeque<RDD<Slice>> {
    private final transient StreamingContext context;
    private boolean given;

    Pool(StreamingContext context) {
      this.context = context;
    }

    @Override
    public RDD<Slice> poll() {
      given = !given;
      if (!given) {
        return null;
      }
      given = false;
      int half = batchLines / 2;
      long from = position;
      position += 2L * half;
      return context.parallelize(
          List.of(new Slice(from, half), new Slice(from + half, half)), 2);
    }
  }

  /** Aims at batches that take 0.9 of the interval, and counts their lines. */
  private static final class SizeBatches implements StreamingListener {
    private long counted;

    @Override
    public void onBatchCompleted(BatchInfo batch) {
      long taken = position;
      Measure.LINES.add(taken - counted);
      counted = taken;
      double millis = Math.max(1, batch.processingDelay().orElseThrow().toNanos() / 1e6);
      double factor = INTERVAL_MILLIS * 0.9 / millis;
      double damped = factor > 2 ? Math.min(8, factor) : Math.sqrt(Math.max(0.25, factor));
      batchLines = (int) Math.max(1000, Math.min(500_000_000, batchLines * damped));
    }
  }

  private static final class CountLines implements StreamingListener {
    @Override
    public void onBatchCompleted(BatchInfo batch) {
      Measure.LINES.add(batch.numRecords());
    }
  }

  private static final class ByCount implements Comparator<Pair<String, Integer>>, Serializable {
    @Override
    public int compare(Pair<String, Integer> left, Pair<String, Integer> right) {
      return Integer.compare(left.value(), right.value());
    }
  }
}
