package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two members of one cluster, each with a context. */
@Timeout(60)
class TwoContextsIT {

  private static final Map<String, Object> WORKING = Map.of("sluice.cluster.driver-works", true);

  private final Semaphore batches = new Semaphore(0);

  @Test
  void theSecondOfANameEndsAndTheFirstGoesOn() throws Exception {
    runTwo(WORKING);
  }

  /** Whoever opened the directory would end the first. */
  @Test
  void theSecondOfADirectoryEndsAndTheFirstGoesOn(@TempDir Path checkpoints) throws Exception {
    Map<String, Object> settings = new HashMap<>(WORKING);
    settings.put("sluice.checkpoint.directory", checkpoints.toString());
    runTwo(settings);
  }

  private void runTwo(Map<String, Object> settings) throws Exception {
    ActorSystem<Void> one = WorkerProcesses.startDriver(settings);
    ActorSystem<Void> two = WorkerProcesses.startDriver(settings);
    try {
      Cluster.get(one).manager().tell(Join.create(one.address()));
      Cluster.get(two).manager().tell(Join.create(one.address()));
      try (StreamingContext first = context(one, "Same");
          StreamingContext second = context(two, "Same")) {
        first.start();
        awaitBatches();

        assertThatThrownBy(() -> {
              second.start();
              assertThat(second.awaitTermination(Duration.ofSeconds(20))).isTrue();
            })
            .isInstanceOfSatisfying(
                SluiceException.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONTEXT_NAME_TAKEN))
            .hasMessageContaining("'Same'")
            .hasMessageContaining(one.address().hostPort());

        awaitBatches();
        assertThat(first.awaitTermination(Duration.ZERO)).isFalse();
      }
    } finally {
      two.terminate();
      one.terminate();
      one.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
      two.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  private StreamingContext context(ActorSystem<Void> system, String name) {
    StreamingContext context = StreamingContext.on(system, name, Duration.ofMillis(100));
    context.<String>queueStream(new ArrayDeque<>()).foreachRDD(rdd -> {
      rdd.count();
      batches.release();
    });
    return context;
  }

  private void awaitBatches() throws InterruptedException {
    batches.drainPermits();
    assertThat(batches.tryAcquire(5, 20, TimeUnit.SECONDS)).isTrue();
  }
}
