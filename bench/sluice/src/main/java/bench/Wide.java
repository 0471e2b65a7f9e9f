package bench;

import io.sluice.DStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;

/** Batches of many tasks that have one record each: what they cost is the driver's planning, and telling and hearing workers. */
final class Wide {

  private Wide() {}

  /**
   * A context whose batches have so many tasks.
   *
   * @param nodes in this process
   */
  static StreamingContext start(int nodes, int tasks, Duration interval) {
    StreamingContext context = StreamingContext.builder("bench", interval).nodes(nodes).build();
    Given given = Given.from(0, Text.LINES);
    DStream<String> lines =
        context.queueStream(
            new ArrayDeque<RDD<String>>() {
              @Override
              public RDD<String> poll() {
                if (Given.isOver()) {
                  return null;
                }
                given.add(tasks);
                return context.parallelize(Collections.nCopies(tasks, "line"), tasks);
              }
            });
    lines.foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
    return context;
  }
}
