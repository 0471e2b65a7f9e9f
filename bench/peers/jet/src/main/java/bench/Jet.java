package bench;

import static com.hazelcast.jet.Traversers.traverseArray;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.function.ComparatorEx;
import com.hazelcast.function.FunctionEx;
import com.hazelcast.jet.accumulator.LongAccumulator;
import com.hazelcast.jet.aggregate.AggregateOperations;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.SourceBuilder;
import com.hazelcast.jet.pipeline.Sources;
import com.hazelcast.jet.pipeline.StreamSource;
import com.hazelcast.jet.pipeline.StreamStage;
import com.hazelcast.jet.pipeline.StreamStageWithKey;
import com.hazelcast.jet.pipeline.WindowDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The workloads on Hazelcast Jet: one member, two cooperative threads, windows by the time lines come in, no snapshots. */
public final class Jet {

  private static final int PARALLELISM = 2;

  private Jet() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    Measure measure = new Measure("jet", workload, path);
    Pipeline pipeline = Pipeline.create();
    if (workload.equals("W6")) {
      startUp(pipeline);
      member().getJet().newJob(pipeline).join();
      StartUp.run(measure);
    }
    build(workload, path.equals("socket") ? socket(pipeline) : memory(pipeline, workload));
    member().getJet().newJob(pipeline);
    measure.run(Integer.parseInt(args[2]));
  }

  private static HazelcastInstance member() {
    System.setProperty("hazelcast.logging.type", "none");
    System.setProperty("hazelcast.phone.home.enabled", "false");
    System.setProperty("hazelcast.socket.bind.any", "false");
    Config config = new Config();
    config.getJetConfig().setEnabled(true).setCooperativeThreadCount(PARALLELISM);
    NetworkConfig network = config.getNetworkConfig();
    network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    network.getJoin().getMulticastConfig().setEnabled(false);
    network.getJoin().getAutoDetectionConfig().setEnabled(false);
    return Hazelcast.newHazelcastInstance(config);
  }

  private static StreamStage<String> memory(Pipeline pipeline, String workload) {
    StreamSource<String> cycle =
        SourceBuilder.stream(
                "cycle",
                context ->
                    Cycle.of(workload, context.globalProcessorIndex(), context.totalParallelism()))
            .<String>fillBufferFn((source, buffer) -> source.give(512, buffer::add))
            .distributed(PARALLELISM)
            .build();
    return pipeline.readFrom(cycle).withIngestionTimestamps();
  }

  private static StreamStage<String> socket(Pipeline pipeline) {
    return pipeline
        .readFrom(Sources.socket("127.0.0.1", Generator.PORT))
        .withIngestionTimestamps()
        .map(
            line -> {
              Measure.LINES.increment();
              return line;
            })
        .setLocalParallelism(1);
  }

  private static void build(String workload, StreamStage<String> lines) {
    switch (workload) {
      case "W1" ->
          lines
              .filter(line -> line.contains(Text.NEEDLE))
              .window(WindowDefinition.tumbling(1000))
              .aggregate(AggregateOperations.counting())
              .map(
                  hits -> {
                    Measure.RESULTS.add(hits.result());
                    return hits;
                  })
              .writeTo(Sinks.noop());
      case "W2" ->
          words(lines)
              .window(WindowDefinition.tumbling(1000))
              .aggregate(AggregateOperations.counting())
              .map(
                  count -> {
                    Measure.RESULTS.add(count.result());
                    return count;
                  })
              .writeTo(Sinks.noop());
      case "W3" ->
          words(lines)
              .window(WindowDefinition.sliding(10_000, 1000))
              .aggregate(AggregateOperations.counting())
              .window(WindowDefinition.tumbling(1000))
              .aggregate(
                  AggregateOperations.topN(
                      10, ComparatorEx.comparingLong(KeyedWindowResult<String, Long>::result)))
              .map(
                  top -> {
                    Tops.window(counts(top.result()));
                    return top;
                  })
              .setLocalParallelism(1)
              .writeTo(Sinks.noop());
      case "W4" ->
          lines
              .groupingKey(FunctionEx.identity())
              .mapStateful(
                  LongAccumulator::new,
                  (total, key, update) -> {
                    total.add(1);
                    return total.get();
                  })
              .map(
                  total -> {
                    Measure.updated(total);
                    return total;
                  })
              .writeTo(Sinks.noop());
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  private static StreamStageWithKey<String, String> words(StreamStage<String> lines) {
    return lines
        .flatMap(line -> traverseArray(line.split(" ")))
        .groupingKey(FunctionEx.identity());
  }

  private static Map<String, Long> counts(List<KeyedWindowResult<String, Long>> top) {
    Map<String, Long> counts = new HashMap<>();
    top.forEach(result -> counts.put(result.key(), result.result()));
    return counts;
  }

  private static void startUp(Pipeline pipeline) {
    pipeline
        .readFrom(
            SourceBuilder.batch("line", context -> StartUp.LINE)
                .<String>fillBufferFn(
                    (line, buffer) -> {
                      buffer.add(line);
                      buffer.close();
                    })
                .build())
        .flatMap(line -> traverseArray(line.split(" ")))
        .groupingKey(FunctionEx.identity())
        .aggregate(AggregateOperations.counting())
        .map(
            count -> {
              StartUp.count(count.getKey(), count.getValue());
              return count;
            })
        .writeTo(Sinks.noop());
  }
}
