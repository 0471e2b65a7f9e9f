package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ContextState;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.RecoveryInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.api.StreamingListener.SinkInfo;
import io.sluice.api.StreamingListener.WorkerInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the page knows of a context follows from its events. */
class ContextModelTest {

  private static final Instant ZERO = Instant.parse("2026-11-23T16:00:00Z");

  private final AtomicReference<ContextState> state = new AtomicReference<>(ContextState.ACTIVE);
  private final ContextModel model = new ContextModel(
      "orders", Duration.ofSeconds(1), state::get, 10, Clock.fixed(ZERO, ZoneOffset.UTC));

  /** A batch that waited 100 ms and takes 400 ms. */
  private static BatchInfo batch(int number, boolean started, boolean ended) {
    Instant time = ZERO.plusSeconds(number);
    return new BatchInfo(
        time,
        Map.of(0, 50L, 1, 7L),
        time,
        started ? Optional.of(time.plusMillis(100)) : Optional.empty(),
        ended ? Optional.of(time.plusMillis(500)) : Optional.empty(),
        started ? Map.of("a", 3, "b", 1) : Map.of(),
        1,
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  private String health() {
    return model.status().health();
  }

  @Test
  void aBatchIsFollowedFromItsCutToItsEnd() {
    model.onBatchSubmitted(batch(1, false, false));
    model.onBatchSubmitted(batch(2, false, false));
    model.onBatchStarted(batch(1, true, false));

    assertThat(model.status().waiting()).isEqualTo(1);
    assertThat(model.status().running()).isEqualTo(1);
    assertThat(model.batches(1).get(0).processingMillis()).isNull();

    model.onBatchCompleted(batch(1, true, true));

    Views.Status status = model.status();
    assertThat(status.completed()).isEqualTo(1);
    assertThat(status.records()).isEqualTo(57);
    assertThat(status.running()).isZero();
    Views.Batch batch = model.batches(10).get(1);
    assertThat(batch)
        .isEqualTo(new Views.Batch(
            ZERO.plusSeconds(1).toEpochMilli(),
            Views.BatchState.COMPLETED,
            57,
            Map.of(0, 50L, 1, 7L),
            4,
            1,
            100.0,
            400.0,
            500.0,
            null));
    assertThat(model.batch(ZERO.plusSeconds(1)).orElseThrow().tasksByWorker())
        .isEqualTo(Map.of("a", 3, "b", 1));
    assertThat(model.batch(ZERO.plusSeconds(3))).isEmpty();
  }

  @Test
  void onlyTheLatestBatchesAreRemembered() {
    for (int number = 1; number <= 25; number++) {
      model.onBatchSubmitted(batch(number, false, false));
      model.onBatchCompleted(batch(number, true, true));
    }

    assertThat(model.batches(100))
        .extracting(Views.Batch::timeMillis)
        .hasSize(10)
        .startsWith(ZERO.plusSeconds(25).toEpochMilli())
        .endsWith(ZERO.plusSeconds(16).toEpochMilli());
    assertThat(model.status().completed()).isEqualTo(25);
    assertThat(model.status().waiting()).isZero();
  }

  @Test
  void anUpdateHasWhatChangedSinceTheOneBefore() {
    assertThat(model.update()).isNull();
    model.onBatchSubmitted(batch(1, false, false));
    model.onBatchStarted(batch(1, true, false));

    assertThat(model.update()).satisfies(update -> {
      assertThat(update.batches())
          .extracting(Views.Batch::state)
          .containsExactly(Views.BatchState.RUNNING);
      assertThat(update.cluster()).isFalse();
    });
    assertThat(model.update()).isNull();
    model.onWorkerJoined(new WorkerInfo("a", 2));
    assertThat(model.update()).satisfies(update -> {
      assertThat(update.batches()).isEmpty();
      assertThat(update.cluster()).isTrue();
    });
  }

  @Test
  void healthIsTheWorstThatIsTrue() {
    assertThat(health()).isEqualTo("starting");
    model.onBatchCompleted(batch(1, true, true));
    assertThat(health()).isEqualTo("keeping up");
    model.onFallingBehind(batch(2, true, true));
    assertThat(health()).isEqualTo("falling behind");
    assertThat(model.status().healthReason())
        .contains("interval of 1000 ms", "took 400 ms", "waited 100 ms");
    model.onWorkerLost(new WorkerInfo("a", 2), "silent for 1000 ms");
    assertThat(health()).isEqualTo("recovering");
    model.onSinkCommitFailed(
        new SinkInfo(ZERO, "0 files", 3, Duration.ofSeconds(1), "No space left on device"));
    assertThat(health()).isEqualTo("held up");
    model.onBatchCompleted(batch(2, true, true));
    assertThat(health()).isEqualTo("falling behind");
    model.onCaughtUp(batch(3, true, true));
    assertThat(health()).isEqualTo("keeping up");
    model.onRecovery(new RecoveryInfo(Scope.BATCH, Optional.of(ZERO), "a task failed"));
    assertThat(health()).isEqualTo("recovering");
    state.set(ContextState.STOPPED);
    assertThat(health()).isEqualTo("stopped");
    model.onBatchFailed(batch(4, true, true));
    assertThat(health()).isEqualTo("failed");
  }

  @Test
  void workersAndWhatHappenedToThemAreListed() {
    model.onWorkerJoined(new WorkerInfo("a", 2));
    model.onWorkerJoined(new WorkerInfo("b", 2));
    model.onWorkerLost(new WorkerInfo("a", 2), "silent for 1000 ms");
    model.onWorkerLeft(new WorkerInfo("b", 2));

    assertThat(model.workers()).extracting(Views.Worker::state).containsExactly("lost", "left");
    assertThat(model.workers().get(0).reason()).isEqualTo("silent for 1000 ms");
    assertThat(model.events())
        .extracting(Views.Event::text)
        .containsExactly(
            "Worker b has left.",
            "Worker a is lost: silent for 1000 ms",
            "Worker b joined with 2 slots.",
            "Worker a joined with 2 slots.");
  }
}
