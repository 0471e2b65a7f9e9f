package bench;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.TextDStream;
import io.sluice.api.Pair;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.connector.jdbc.JdbcSink;
import io.sluice.connector.jdbc.JdbcSource;
import io.sluice.connector.kafka.KafkaRecord;
import io.sluice.connector.kafka.KafkaSource;
import io.sluice.connector.kafka.StartAt;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** The workloads on Sluice, with the lambdas on Strings that its users write. */
public final class Sluice {

  static final long INTERVAL_MILLIS = Long.getLong("interval", 1000);

  private Sluice() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    int seconds = Integer.parseInt(args[2]);
    Measure measure = new Measure("sluice", workload, path);
    if (path.equals("latency")) {
      Duration interval = Duration.ofMillis(INTERVAL_MILLIS);
      Latency.run(StreamingContext.local("bench", interval), measure, seconds);
    } else if (workload.startsWith("W5")) {
      floor(measure, path, seconds);
    } else if (workload.equals("W6")) {
      startUp(measure, path);
    } else if (workload.equals("W7")) {
      topic(measure);
    } else if (workload.equals("W8")) {
      rows(measure, seconds);
    } else {
      throughput(measure, workload, path, seconds);
    }
  }

  private static void topic(Measure measure) throws Exception {
    StreamingContext context =
        StreamingContext.local("bench", Duration.ofMillis(INTERVAL_MILLIS));
    context.addStreamingListener(new CountLines());
    KafkaSource<String, String> source =
        KafkaSource.strings(Topic.SERVERS, Topic.NAME)
            .startAt(StartAt.earliest())
            .maxRatePerPartition(Topic.MAX_RATE);
    build("W1", context.batchStream(source).map(KafkaRecord::value));
    context.start();
    measure.catchUp(Topic.LINES);
  }

  private static void rows(Measure measure, int seconds) throws Exception {
    Rows.make();
    StreamingContext context =
        StreamingContext.local("bench", Duration.ofMillis(INTERVAL_MILLIS));
    Feed.of(context, "W8")
        .saveTo(
            Rows.TABLE,
            JdbcSink.<String>into(JdbcSource.of(Rows.URL).user(Rows.USER, ""), Rows.TABLE)
                .column("line", line -> line)
                .column("words", Rows::words));
    context.start();
    measure.run(seconds);
  }

  private static void throughput(
      Measure measure, String workload, String path, int seconds) throws Exception {
    StreamingContext context =
        path.equals("cluster")
            ? Cluster.start(Duration.ofMillis(INTERVAL_MILLIS))
            : StreamingContext.local("bench", Duration.ofMillis(INTERVAL_MILLIS));
    if (path.equals("cluster")) {
      countWords(context.receiverStream(Cluster.source()));
    } else if (path.equals("received")) {
      context.addStreamingListener(new CountLines());
      countWords(context.receiverStream(new Repeating(StorageLevel.MEMORY_ONLY_SER)));
    } else if (workload.equals("W4")) {
      Keys.build(context);
    } else if (path.endsWith("text")) {
      context.addStreamingListener(new CountLines());
      TextWorkloads.build(workload, received(context, path));
    } else if (path.equals("socket")) {
      context.addStreamingListener(new CountLines());
      build(workload, received(context, path));
    } else {
      build(workload, Feed.of(context, workload));
    }
    if (path.equals("page")) {
      Page.show(context);
    }
    context.start();
    measure.run(seconds);
  }

  private static TextDStream received(StreamingContext context, String path) {
    return path.startsWith("socket")
        ? context.socketTextStream("127.0.0.1", Generator.PORT, StorageLevel.MEMORY_ONLY)
        : TextDStream.of(context.receiverStream(new Repeating(StorageLevel.MEMORY_ONLY)));
  }

  static void build(String workload, DStream<String> lines) {
    switch (workload) {
      case "W1" ->
          lines
              .filter(line -> line.contains(Text.NEEDLE))
              .foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
      case "W2" ->
          pairs(lines)
              .reduceByKey(Integer::sum)
              .foreachRDD(rdd -> rdd.foreachPartition(Sluice::sink));
      case "W3" ->
          pairs(lines)
              .reduceByKeyAndWindow(
                  Integer::sum,
                  (total, left) -> total - left,
                  Duration.ofMillis(10 * INTERVAL_MILLIS),
                  Duration.ofMillis(INTERVAL_MILLIS),
                  2,
                  pair -> pair.value() > 0)
              .foreachRDD(rdd -> Tops.window(counts(rdd.top(10, new ByCount()))));
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  /** W2 where the driver has no part of the data: it adds up what the partitions have counted. */
  private static void countWords(DStream<String> lines) {
    pairs(lines)
        .reduceByKey(Integer::sum)
        .mapPartitions(
            counts -> {
              long words = 0;
              while (counts.hasNext()) {
                words += counts.next().value();
              }
              return List.of(words).iterator();
            })
        .foreachRDD(rdd -> rdd.collect().forEach(Measure.RESULTS::add));
  }

  private static PairDStream<String, Integer> pairs(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> Pair.of(word, 1));
  }

  static void sink(Iterator<Pair<String, Integer>> counts) {
    long words = 0;
    while (counts.hasNext()) {
      words += counts.next().value();
    }
    Measure.RESULTS.add(words);
  }

  /** A program whose batches have next to no data. */
  private static StreamingContext small(String path) {
    Duration interval = Duration.ofMillis(INTERVAL_MILLIS);
    if (path.equals("64tasks")) {
      return Wide.start(1, 64, interval);
    } else if (path.equals("1000tasks")) {
      return Wide.start(100, 1000, interval);
    }
    StreamingContext context = StreamingContext.local("bench", interval);
    DStream<String> lines = Feed.of(context, "W5");
    if (path.equals("two")) {
      build("W2", lines);
    } else {
      lines.foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
    }
    return context;
  }

  /** Total delay of small batches: a count of one stage, or of many tasks, or a word count of two stages. */
  private static void floor(Measure measure, String path, int seconds) throws Exception {
    StreamingContext context = small(path);
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
    measure.delays(measured, INTERVAL_MILLIS, seconds * 1000L / INTERVAL_MILLIS);
  }

  private static void startUp(Measure measure, String path) throws Exception {
    StreamingContext context = StreamingContext.local("bench", Duration.ofMillis(100));
    Queue<RDD<String>> queue = new ArrayDeque<>();
    queue.add(context.parallelize(List.of(StartUp.LINE), 2));
    pairs(context.queueStream(queue))
        .reduceByKey(Integer::sum)
        .foreachRDD(
            rdd -> rdd.collect().forEach(pair -> StartUp.count(pair.key(), pair.value())));
    context.start();
    if (path.equals("memory")) {
      StartUp.resident(measure);
    } else {
      StartUp.run(measure);
    }
  }

  private static final class CountLines implements StreamingListener {
    @Override
    public void onBatchCompleted(BatchInfo batch) {
      Measure.LINES.add(batch.numRecords());
    }
  }

  private static Map<String, Long> counts(List<Pair<String, Integer>> top) {
    Map<String, Long> counts = new HashMap<>();
    top.forEach(pair -> counts.put(pair.key(), pair.value().longValue()));
    return counts;
  }

  private static final class ByCount implements Comparator<Pair<String, Integer>>, Serializable {
    @Override
    public int compare(Pair<String, Integer> left, Pair<String, Integer> right) {
      return Integer.compare(left.value(), right.value());
    }
  }
}
