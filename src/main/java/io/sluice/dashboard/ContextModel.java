package io.sluice.dashboard;

import io.sluice.api.ContextState;
import io.sluice.api.StreamingListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of a context from its events: bounded, and the same however many look at it. Thread-safe. */
final class ContextModel implements StreamingListener {

  private static final int EVENTS = 500;
  private static final int WORKERS = 1000;

  /** About 4 MB. */
  private static final int TASKS = 30_000;

  private static final String WORKING = "working";

  private record Known(BatchInfo batch, Views.BatchState state) {}

  private final String name;
  private final Duration interval;
  private final Supplier<ContextState> state;
  private final int remembered;
  private final Clock clock;
  private final long sinceMillis;
  private final NavigableMap<Instant, Known> batches = new TreeMap<>();
  private final TreeMap<Integer, Views.Receiver> receivers = new TreeMap<>();
  private final TreeMap<String, Views.Worker> workers = new TreeMap<>();
  private final Deque<Views.Event> events = new ArrayDeque<>();
  private final Map<Views.BatchState, Integer> counts = new EnumMap<>(Views.BatchState.class);
  private final Map<Instant, Views.Batch> changed = new TreeMap<>();
  private final ShownCharts charts = new ShownCharts();
  private final KeptStages stages = new KeptStages(TASKS);
  private final Health health = new Health();
  private boolean clusterChanged;
  private long completed;
  private long failed;
  private long records;

  /**
   * @param state of the context, now
   * @param remembered so many batches at most
   */
  ContextModel(
      String name, Duration interval, Supplier<ContextState> state, int remembered, Clock clock) {
    this.name = name;
    this.interval = interval;
    this.state = state;
    this.remembered = remembered;
    this.clock = clock;
    this.sinceMillis = clock.millis();
  }

  synchronized Views.Status status() {
    Health.Verdict verdict = health.verdict(state.get());
    return new Views.Status(
        name,
        state.get().name(),
        interval.toMillis(),
        sinceMillis,
        verdict.word(),
        verdict.reason(),
        completed,
        failed,
        records,
        count(Views.BatchState.WAITING),
        count(Views.BatchState.RUNNING),
        health.isPaused());
  }

  /** The latest first. */
  synchronized List<Views.Batch> batches(int most) {
    return batches.descendingMap().values().stream()
        .limit(most)
        .map(known -> Views.Batch.of(known.batch, known.state))
        .toList();
  }

  synchronized Optional<Views.BatchDetail> batch(Instant time) {
    return Optional.ofNullable(batches.get(time))
        .map(known -> Views.BatchDetail.of(known.batch, known.state, stages.of(time)));
  }

  synchronized Views.Rates rates() {
    return stages.rates(interval.toMillis());
  }

  synchronized List<Views.Receiver> receivers() {
    return List.copyOf(receivers.values());
  }

  synchronized List<Views.Worker> workers() {
    return List.copyOf(workers.values());
  }

  /** The latest first. */
  synchronized List<Views.Event> events() {
    return List.copyOf(events);
  }

  /** In the order in which they came. */
  synchronized List<Views.Chart> charts() {
    return charts.all();
  }

  /** What is new since the call before; null for nothing. */
  synchronized Views.@Nullable Update update() {
    if (changed.isEmpty() && !clusterChanged && !charts.haveChanged()) {
      return null;
    }
    Views.Update update = new Views.Update(
        status(), new ArrayList<>(changed.values()), clusterChanged, charts.takeChanged());
    changed.clear();
    clusterChanged = false;
    return update;
  }

  @Override
  public synchronized void onStreamingStarted(Instant time) {
    note("context", false, "The first batch is the one after " + time + ".");
  }

  @Override
  public void onBatchSubmitted(BatchInfo batch) {
    put(batch, Views.BatchState.WAITING);
  }

  @Override
  public synchronized void onBatchStarted(BatchInfo batch) {
    // A driver that has taken over knows of no pause.
    health.paused(false);
    put(batch, Views.BatchState.RUNNING);
  }

  @Override
  public synchronized void onBatchCompleted(BatchInfo batch) {
    completed++;
    records += batch.numRecords();
    health.batchCompleted();
    put(batch, Views.BatchState.COMPLETED);
  }

  @Override
  public synchronized void onBatchFailed(BatchInfo batch) {
    failed++;
    String reason = batch.failure().orElse("unknown");
    health.batchFailed(reason);
    note("batch", true, "Batch " + batch.batchTime() + " was given up: " + reason);
    put(batch, Views.BatchState.FAILED);
  }

  @Override
  public synchronized void onReceiverStarted(ReceiverInfo receiver) {
    put(receiver);
    note(
        "receiver", false, "Receiver " + receiver.name() + " runs on " + receiver.location() + ".");
  }

  @Override
  public synchronized void onReceiverError(ReceiverInfo receiver) {
    put(receiver);
    note(
        "receiver",
        true,
        "Receiver " + receiver.name() + ": " + receiver.lastError().orElse("unknown"));
  }

  @Override
  public synchronized void onReceiverStopped(ReceiverInfo receiver) {
    put(receiver);
    note(
        "receiver",
        receiver.lastError().isPresent(),
        "Receiver " + receiver.name() + " has ended"
            + receiver.lastError().map(error -> ": " + error).orElse("."));
  }

  @Override
  public synchronized void onWorkerJoined(WorkerInfo worker) {
    put(worker, WORKING, null);
    note("worker", false, "Worker " + worker.id() + " joined with " + worker.slots() + " slots.");
  }

  @Override
  public synchronized void onWorkerLost(WorkerInfo worker, String reason) {
    put(worker, "lost", reason);
    health.recovering("Worker " + worker.id() + " is lost: " + reason);
    note("worker", true, "Worker " + worker.id() + " is lost: " + reason);
  }

  @Override
  public synchronized void onWorkerLeft(WorkerInfo worker) {
    put(worker, "left", null);
    note("worker", false, "Worker " + worker.id() + " has left.");
  }

  @Override
  public synchronized void onBlockLost(BlockInfo block) {
    note(
        "loss",
        true,
        "%d records of stream %d are lost: worker %s had their last copy."
            .formatted(block.records(), block.streamId(), block.worker()));
  }

  @Override
  public synchronized void onRecovery(RecoveryInfo recovery) {
    String scope = recovery.scope().name().toLowerCase(Locale.ROOT);
    String text = "Tried again, a " + scope + ": " + recovery.reason();
    health.recovering(text);
    note("recovery", true, text);
  }

  @Override
  public synchronized void onInputSkipped(SkippedInfo skipped) {
    note(
        "loss",
        true,
        "Batch %s goes on without %s: %s"
            .formatted(skipped.batchTime(), skipped.inputs(), skipped.reason()));
  }

  @Override
  public synchronized void onSinkCommitFailed(SinkInfo sink) {
    String text = "Output %s cannot commit batch %s, for the %d. time: %s"
        .formatted(sink.output(), sink.batchTime(), sink.failures(), sink.reason());
    health.sinkFails(text);
    note("sink", true, text);
  }

  @Override
  public synchronized void onPaused() {
    health.paused(true);
    note("pace", false, "Paused: no batch begins.");
  }

  @Override
  public synchronized void onResumed() {
    health.paused(false);
    note("pace", false, "Batches begin again.");
  }

  @Override
  public synchronized void onChartShown(ChartInfo chart) {
    charts.add(chart);
  }

  @Override
  public synchronized void onFallingBehind(BatchInfo batch) {
    health.fallingBehind(
        "Batches take longer than the interval of %d ms: the last took %.0f ms and had waited %.0f ms."
            .formatted(
                interval.toMillis(),
                orZero(batch.processingDelay()),
                orZero(batch.schedulingDelay())));
    note("pace", true, "Falling behind since batch " + batch.batchTime() + ".");
  }

  @Override
  public synchronized void onCaughtUp(BatchInfo batch) {
    health.caughtUp();
    note("pace", false, "Caught up with batch " + batch.batchTime() + ".");
  }

  @Override
  public synchronized void onEventsLost(long count) {
    note("page", true, count + " events are missing here, since this page was too slow for them.");
  }

  private synchronized void put(BatchInfo batch, Views.BatchState reached) {
    Instant time = batch.batchTime();
    if (!batch.stages().isEmpty()) {
      stages.put(time, batch.stages());
    }
    Known before = batches.put(time, new Known(batch.withoutStages(), reached));
    if (before != null) {
      counts.merge(before.state, -1, Integer::sum);
    }
    counts.merge(reached, 1, Integer::sum);
    while (batches.size() > remembered) {
      counts.merge(batches.pollFirstEntry().getValue().state, -1, Integer::sum);
    }
    changed.put(time, Views.Batch.of(batch, reached));
  }

  private void put(ReceiverInfo receiver) {
    receivers.put(receiver.streamId(), Views.Receiver.of(receiver));
  }

  private void put(WorkerInfo worker, String reached, @Nullable String reason) {
    workers.put(
        worker.id(),
        new Views.Worker(worker.id(), worker.slots(), reached, clock.millis(), reason));
    if (workers.size() > WORKERS) {
      workers.values().stream()
          .filter(known -> !known.state().equals(WORKING))
          .min(Comparator.comparingLong(Views.Worker::sinceMillis))
          .ifPresent(oldest -> workers.remove(oldest.id()));
    }
  }

  private void note(String kind, boolean bad, String text) {
    events.addFirst(new Views.Event(clock.millis(), kind, bad, text));
    if (events.size() > EVENTS) {
      events.removeLast();
    }
    clusterChanged = true;
  }

  private int count(Views.BatchState wanted) {
    return counts.getOrDefault(wanted, 0);
  }

  private static double orZero(Optional<Duration> delay) {
    return delay.map(some -> some.toNanos() / 1e6).orElse(0.0);
  }
}
