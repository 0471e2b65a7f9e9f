package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManualTimeTest {

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());

  @AfterEach
  void shutDown() {
    kit.shutdownTestKit();
  }

  @Test
  void aContextOnATestKitsSystemRunsABatchForEachIntervalThatPasses() throws Exception {
    record Seen(Instant time, List<Integer> records) {}
    BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    try (StreamingContext context =
        StreamingContext.on(kit.system(), "manual", Duration.ofSeconds(1))) {
      Queue<RDD<Integer>> queue = new ArrayDeque<>();
      queue.add(context.parallelize(List.of(1, 2), 2));
      queue.add(context.parallelize(List.of(3), 2));
      context
          .queueStream(queue)
          .map(number -> number * 10)
          .foreachRDD((rdd, at) -> seen.add(new Seen(at, rdd.collect())));
      context.start();

      time.timePasses(Duration.ofSeconds(1));
      Seen first = seen.poll(20, TimeUnit.SECONDS);
      time.timePasses(Duration.ofSeconds(1));
      Seen second = seen.poll(20, TimeUnit.SECONDS);

      assertThat(first).isEqualTo(new Seen(Instant.ofEpochSecond(1), List.of(10, 20)));
      assertThat(second).isEqualTo(new Seen(Instant.ofEpochSecond(2), List.of(30)));
      assertThat(seen).isEmpty();
    }
    assertThat(kit.system().whenTerminated().isCompleted()).isFalse();
  }
}
