package bench;

import java.io.Serializable;
import java.nio.file.Files;
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
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.dstream.InputDStream;
import org.apache.spark.streaming.scheduler.BatchInfo;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import scala.Option;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/** The workloads on Spark Streaming: local[2], one thread more for a receiver, Kryo, no user interface. */
public final class Spark {

  private static final long INTERVAL_MILLIS = Long.getLong("interval", 1000);

  private Spark() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    int seconds = Integer.parseInt(args[2]);
    Measure measure = new Measure("spark", workload, path);
    JavaStreamingContext context =
        new JavaStreamingContext(
            settings(path), new Duration(workload.equals("W6") ? 100 : INTERVAL_MILLIS));
    // Spark asks for a directory where it slides with an inverse function and where it keeps state.
    context.checkpoint(Files.createTempDirectory("checkpoint").toString());
    switch (workload) {
      case "W4" -> keys(context);
      case "W5" -> floor(context, measure, path, seconds);
      case "W6" -> startUp(context, measure);
      case "W7" -> {
        countLines(context);
        build("W1", KafkaLines.of(context));
        context.start();
        measure.catchUp(Topic.LINES);
      }
      default ->
          build(workload, path.equals("socket") ? socket(context) : memory(context, workload));
    }
    context.start();
    measure.run(seconds);
  }

  private static SparkConf settings(String path) {
    SparkConf settings =
        new SparkConf()
            .setAppName("bench")
            .setMaster(path.equals("socket") ? "local[3]" : "local[2]")
            .set("spark.ui.enabled", "false")
            .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .set("spark.default.parallelism", "2")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1");
    if (path.equals("socket")) {
      settings
          .set("spark.streaming.backpressure.enabled", "true")
          .set("spark.streaming.backpressure.initialRate", "200000");
    } else if (path.equals("kafka")) {
      KafkaLines.limit(settings);
    }
    return settings;
  }

  private static JavaDStream<String> memory(JavaStreamingContext context, String workload) {
    Batches batches = Batches.of(workload);
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            batches.ended(
                ((Number) completed.batchInfo().processingDelay().get()).doubleValue(),
                INTERVAL_MILLIS);
          }
        });
    return JavaDStream.fromDStream(
        new Memory(context, batches), ClassTag$.MODULE$.<String>apply(String.class));
  }

  private static JavaDStream<String> socket(JavaStreamingContext context) {
    countLines(context);
    return context.socketTextStream("127.0.0.1", Generator.PORT, StorageLevel.MEMORY_ONLY());
  }

  private static void countLines(JavaStreamingContext context) {
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            Measure.LINES.add(completed.batchInfo().numRecords());
          }
        });
  }

  private static void build(String workload, JavaDStream<String> lines) {
    switch (workload) {
      case "W1" ->
          lines
              .filter(line -> line.contains(Text.NEEDLE))
              .foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
      case "W2" ->
          pairs(lines)
              .reduceByKey(Integer::sum)
              .foreachRDD(rdd -> rdd.foreachPartition(Spark::sink));
      case "W3" ->
          pairs(lines)
              .reduceByKeyAndWindow(
                  Integer::sum,
                  (total, left) -> total - left,
                  new Duration(10 * INTERVAL_MILLIS),
                  new Duration(INTERVAL_MILLIS),
                  2,
                  pair -> pair._2 > 0)
              .foreachRDD(rdd -> Tops.window(counts(rdd.top(10, new ByCount()))));
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  private static JavaPairDStream<String, Integer> pairs(JavaDStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1));
  }

  private static void sink(Iterator<Tuple2<String, Integer>> counts) {
    long words = 0;
    while (counts.hasNext()) {
      words += counts.next()._2;
    }
    Measure.RESULTS.add(words);
  }

  private static Map<String, Long> counts(List<Tuple2<String, Integer>> top) {
    Map<String, Long> counts = new HashMap<>();
    top.forEach(pair -> counts.put(pair._1, pair._2.longValue()));
    return counts;
  }

  private static void keys(JavaStreamingContext context) {
    Slice all = new Slice(true, 0, KeyOrder.KEYS);
    JavaPairRDD<String, Long> initial =
        context
            .sparkContext()
            .parallelize(List.of(all), 1)
            .flatMap(Slice::iterator)
            .mapToPair(key -> new Tuple2<>(key, 0L));
    Function3<String, Optional<Long>, State<Long>, Long> update =
        (key, value, state) -> {
          long total = (state.exists() ? state.get() : 0L) + value.orElse(0L);
          state.update(total);
          return total;
        };
    memory(context, "W4")
        .mapToPair(key -> new Tuple2<>(key, 1L))
        .mapWithState(StateSpec.function(update).initialState(initial).numPartitions(2))
        .foreachRDD(
            rdd -> rdd.foreachPartition(totals -> totals.forEachRemaining(Measure::updated)));
  }

  /** Total delay of batches with next to no data: count of one stage, or word count of two. */
  private static void floor(
      JavaStreamingContext context, Measure measure, String path, int seconds) throws Exception {
    JavaDStream<String> lines = memory(context, "W5");
    if (path.equals("two")) {
      build("W2", lines);
    } else {
      lines.foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
    }
    List<Double> delays = Collections.synchronizedList(new ArrayList<>());
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            BatchInfo batch = completed.batchInfo();
            long end = ((Number) batch.processingEndTime().get()).longValue();
            delays.add((double) (end - batch.batchTime().milliseconds()));
          }
        });
    context.start();
    Thread.sleep(Measure.WARM_SECONDS * 1000L);
    int from = delays.size();
    Thread.sleep(seconds * 1000L);
    int to = delays.size();
    measure.delays(
        delays.subList(from, to).stream().mapToDouble(Double::doubleValue).toArray(),
        INTERVAL_MILLIS,
        seconds * 1000L / INTERVAL_MILLIS);
  }

  private static void startUp(JavaStreamingContext context, Measure measure) throws Exception {
    JavaSparkContext spark = context.sparkContext();
    Queue<JavaRDD<String>> queue = new ArrayDeque<>();
    queue.add(spark.parallelize(List.of(StartUp.LINE), 2));
    pairs(context.queueStream(queue))
        .reduceByKey(Integer::sum)
        .foreachRDD(rdd -> rdd.collect().forEach(pair -> StartUp.count(pair._1, pair._2)));
    context.start();
    StartUp.run(measure);
  }

  /** Receiverless input in the manner of Spark's Kafka stream. */
  private static final class Memory extends InputDStream<String> {
    private final transient JavaSparkContext spark;
    private final transient Batches batches;

    Memory(JavaStreamingContext context, Batches batches) {
      super(context.ssc(), ClassTag$.MODULE$.<String>apply(String.class));
      this.spark = context.sparkContext();
      this.batches = batches;
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public Option<RDD<String>> compute(Time time) {
      List<Slice> slices = batches.next();
      return Option.apply(
          spark.parallelize(slices, slices.size()).flatMap(Slice::iterator).rdd());
    }
  }

  private static final class ByCount implements Comparator<Tuple2<String, Integer>>, Serializable {
    @Override
    public int compare(Tuple2<String, Integer> left, Tuple2<String, Integer> right) {
      return Integer.compare(left._2, right._2);
    }
  }
}
