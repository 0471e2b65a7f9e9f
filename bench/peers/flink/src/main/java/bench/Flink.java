package bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.RichParallelSourceFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * The workloads on Flink: a mini-cluster of parallelism 2, object reuse, state on the heap, no checkpoints. Windows are
 * by processing time; in W3, whose two windows have to agree, by the time lines come in.
 */
public final class Flink {

  private static final int PARALLELISM = 2;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final TypeInformation<Tuple2<String, Integer>> PAIR =
      Types.TUPLE(Types.STRING, Types.INT);

  private Flink() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    Measure measure = new Measure("flink", workload, path);
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, settings());
    if (workload.equals("W6")) {
      startUp(flink);
      flink.executeAsync("start-up");
      StartUp.run(measure);
    }
    DataStream<String> lines =
        path.equals("socket") ? socket(flink) : flink.addSource(new Memory(workload), Types.STRING);
    boolean panes = args.length < 4 || !args[3].equals("sliding");
    build(workload, panes, lines);
    flink.executeAsync("bench");
    measure.run(Integer.parseInt(args[2]));
  }

  private static Configuration settings() {
    return Configuration.fromMap(
        Map.of(
            "taskmanager.numberOfTaskSlots", "" + PARALLELISM,
            "pipeline.object-reuse", "true",
            "state.backend.type", "hashmap",
            "rest.bind-address", "127.0.0.1",
            "rest.address", "127.0.0.1",
            "jobmanager.rpc.address", "127.0.0.1",
            "taskmanager.memory.network.min", "256mb",
            "taskmanager.memory.network.max", "256mb",
            "taskmanager.memory.managed.size", "128mb"));
  }

  private static DataStream<String> socket(StreamExecutionEnvironment flink) {
    return flink
        .socketTextStream("127.0.0.1", Generator.PORT)
        .map(
            line -> {
              Measure.LINES.increment();
              return line;
            })
        .setParallelism(1)
        .returns(Types.STRING);
  }

  private static void build(String workload, boolean panes, DataStream<String> lines) {
    switch (workload) {
      case "W1" ->
          lines
              .filter(line -> line.contains(Text.NEEDLE))
              .map(line -> 1L)
              .returns(Types.LONG)
              .windowAll(TumblingProcessingTimeWindows.of(SECOND))
              .reduce(Long::sum)
              .map(
                  hits -> {
                    Measure.RESULTS.add(hits);
                    return hits;
                  })
              .returns(Types.LONG)
              .sinkTo(new DiscardingSink<>());
      case "W2" ->
          pairs(lines)
              .keyBy(pair -> pair.f0)
              .window(TumblingProcessingTimeWindows.of(SECOND))
              .sum(1)
              .map(
                  count -> {
                    Measure.RESULTS.add(count.f1);
                    return count;
                  })
              .returns(PAIR)
              .sinkTo(new DiscardingSink<>());
      case "W3" -> slide(lines, panes);
      case "W4" ->
          lines
              .keyBy(key -> key)
              .process(new Total())
              .map(
                  total -> {
                    Measure.updated(total);
                    return total;
                  })
              .returns(Types.LONG)
              .sinkTo(new DiscardingSink<>());
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  /** With panes, words are counted by the second first: Flink's sliding windows keep a count for each of the ten windows. */
  private static void slide(DataStream<String> lines, boolean panes) {
    DataStream<Tuple2<String, Integer>> pairs =
        pairs(
            lines.assignTimestampsAndWatermarks(
                WatermarkStrategy.<String>forMonotonousTimestamps()
                    .withTimestampAssigner((line, none) -> System.currentTimeMillis())));
    if (panes) {
      pairs = pairs.keyBy(pair -> pair.f0).window(TumblingEventTimeWindows.of(SECOND)).sum(1);
    }
    pairs
        .keyBy(pair -> pair.f0)
        .window(SlidingEventTimeWindows.of(Duration.ofSeconds(10), SECOND))
        .sum(1)
        .windowAll(TumblingEventTimeWindows.of(SECOND))
        .process(new Top())
        .sinkTo(new DiscardingSink<>());
  }

  private static DataStream<Tuple2<String, Integer>> pairs(DataStream<String> lines) {
    return lines
        .flatMap(
            (String line, Collector<Tuple2<String, Integer>> out) -> {
              for (String word : line.split(" ")) {
                out.collect(Tuple2.of(word, 1));
              }
            })
        .returns(PAIR);
  }

  private static void startUp(StreamExecutionEnvironment flink) {
    pairs(flink.fromData(StartUp.LINE))
        .keyBy(pair -> pair.f0)
        .sum(1)
        .map(
            count -> {
              StartUp.count(count.f0, count.f1);
              return count;
            })
        .returns(PAIR)
        .sinkTo(new DiscardingSink<>());
  }

  /** Gives 200 lines for each time it takes the lock. */
  private static final class Memory extends RichParallelSourceFunction<String> {
    private final String workload;
    private volatile boolean cancelled;

    Memory(String workload) {
      this.workload = workload;
    }

    @Override
    public void run(SourceContext<String> context) {
      Cycle cycle =
          Cycle.of(
              workload,
              getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
              getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
      while (!cancelled) {
        synchronized (context.getCheckpointLock()) {
          cycle.give(200, context::collect);
        }
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private static final class Total extends KeyedProcessFunction<String, String, Long> {
    private transient ValueState<Long> state;

    @Override
    public void open(OpenContext context) {
      state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Types.LONG));
    }

    @Override
    public void processElement(String key, Context context, Collector<Long> out) throws Exception {
      Long before = state.value();
      long total = before == null ? 1 : before + 1;
      state.update(total);
      out.collect(total);
    }
  }

  private static final class Top
      extends ProcessAllWindowFunction<Tuple2<String, Integer>, Integer, TimeWindow> {
    @Override
    public void process(
        Context context, Iterable<Tuple2<String, Integer>> counts, Collector<Integer> out) {
      PriorityQueue<Map.Entry<String, Long>> top =
          new PriorityQueue<>(Map.Entry.comparingByValue());
      for (Tuple2<String, Integer> count : counts) {
        top.add(Map.entry(count.f0, count.f1.longValue()));
        if (top.size() > 10) {
          top.remove();
        }
      }
      Map<String, Long> window = new HashMap<>();
      top.forEach(entry -> window.put(entry.getKey(), entry.getValue()));
      Tops.window(window);
      out.collect(window.size());
    }
  }
}
