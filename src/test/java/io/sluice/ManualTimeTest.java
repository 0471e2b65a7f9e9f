package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import io.sluice.testkit.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManualTimeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());

  @AfterEach
  void shutDown() {
    kit.shutdownTestKit();
  }

  @Test
  void aContextOnATestKitsSystemRunsABatchForEachIntervalThatPasses() {
    Recorded<Integer> output;
    try (StreamingContext context =
        StreamingContext.on(kit.system(), "manual", Duration.ofSeconds(1))) {
      Queue<RDD<Integer>> queue = new ArrayDeque<>();
      queue.add(context.parallelize(List.of(1, 2), 2));
      queue.add(context.parallelize(List.of(3), 2));
      output = Recorded.of(context.queueStream(queue).map(number -> number * 10));
      context.start();

      time.timePasses(Duration.ofSeconds(1));
      assertThat(output.await(1, PATIENCE))
          .containsExactly(
              new Recorded.Batch<>(Instant.ofEpochSecond(1), List.of(List.of(10), List.of(20))));
      time.timePasses(Duration.ofSeconds(1));
      output.await(2, PATIENCE);
    }
    assertThat(output.records()).containsExactly(List.of(10, 20), List.of(30));
    assertThat(kit.system().whenTerminated().isCompleted()).isFalse();
  }
}
