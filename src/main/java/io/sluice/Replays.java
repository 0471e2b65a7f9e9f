package io.sluice;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.ErrorCode;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.SluiceException;
import io.sluice.plan.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Batches that are run again. */
final class Replays {

  private Replays() {}

  /** Uses up the context for it. */
  static ReplayedBatch run(StreamingContext context, Instant batchTime)
      throws InterruptedException {
    Map<Integer, List<Object>> collected = new ConcurrentHashMap<>();
    Map<Integer, String> names = new TreeMap<>();
    context
        .engine()
        .replay(
            context.draft().replaying(output -> {
              names.put(output.id(), output.name());
              return time -> {
                RDD<Object> records = new RDD<>(
                    context, new Node.AtBatch(context.newId(), output.node(), time), time);
                collected.put(output.id(), records.collect());
              };
            }),
            batchTime.toEpochMilli());
    Map<String, List<Object>> outputs = new LinkedHashMap<>();
    names.forEach((id, output) -> {
      List<Object> records = collected.get(id);
      if (records != null) {
        outputs.put(output, records);
      }
    });
    return new ReplayedBatch(batchTime, outputs);
  }

  /** Beside the context, by one that is made for it. */
  static ReplayedBatch aside(StreamingContext context, Config config, Instant batchTime)
      throws InterruptedException {
    Path kept = context
        .engine()
        .checkpointDirectory()
        .orElseThrow(
            () -> new IllegalStateException(
                "Context '" + context.name()
                    + "' keeps nothing of its batches, so none can be run again. Set sluice.checkpoint.directory."));
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    caller.setContextClassLoader(context.engine().loader());
    try (StreamingContext aside = copy(context, config, kept)) {
      return aside.replay(batchTime);
    } finally {
      caller.setContextClassLoader(before);
    }
  }

  private static StreamingContext copy(StreamingContext context, Config config, Path kept) {
    Config alone = ConfigFactory.parseMap(Map.of(
            "sluice.checkpoint.directory", kept.toString(),
            "sluice.batch.partitions", context.defaultPartitions(),
            "sluice.cluster.min-workers", 1))
        .withFallback(config);
    StreamingContext aside = StreamingContext.builder(context.name(), context.batchInterval())
        .config(alone)
        .nodes(1)
        .build();
    try {
      context
          .portable(context.draft().graph())
          .into(aside, aside.engine(), context.engine().loader());
      return aside;
    } catch (IOException notPortable) {
      aside.close();
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "Context '" + context.name() + "' cannot run a batch again beside itself: "
              + notPortable.getMessage(),
          notPortable);
    }
  }
}
