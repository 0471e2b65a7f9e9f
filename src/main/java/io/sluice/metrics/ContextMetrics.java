package io.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.sluice.api.StreamingListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The meters of a context, made of its events. Each has the tag {@code context}; docs/guide/metrics.md lists them.
 *
 * <p>Times and sizes are histograms, from which quantiles over all contexts and times can be computed.
 */
final class ContextMetrics implements StreamingListener, AutoCloseable {

  private final MeterRegistry registry;
  private final Tags tags;
  private final Set<Meter> meters = ConcurrentHashMap.newKeySet();
  private final Set<String> workers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Boolean> receivers = new ConcurrentHashMap<>();
  private final Set<Long> waiting = ConcurrentHashMap.newKeySet();
  private final Map<Integer, AtomicLong> lags = new HashMap<>();
  private volatile boolean behind;
  private volatile boolean paused;
  private boolean closed;

  ContextMetrics(MeterRegistry registry, String context) {
    this.registry = registry;
    this.tags = Tags.of("context", context);
    gauge("sluice.workers", "workers that can be given tasks", workers::size);
    gauge("sluice.receivers.active", "receivers that receive", this::active);
    gauge("sluice.batches.waiting", "batches that are cut and have not begun", waiting::size);
    gauge(
        "sluice.falling.behind",
        "1 while batches take longer than their interval",
        () -> behind ? 1 : 0);
    gauge("sluice.paused", "1 while no batch begins", () -> paused ? 1 : 0);
  }

  @Override
  public void onBatchSubmitted(BatchInfo batch) {
    waiting.add(batch.batchTime().toEpochMilli());
  }

  @Override
  public void onBatchStarted(BatchInfo batch) {
    // A driver that has taken over knows of no pause.
    paused = false;
    waiting.remove(batch.batchTime().toEpochMilli());
  }

  @Override
  public void onBatchCompleted(BatchInfo batch) {
    count("sluice.batches", "batches that have ended", 1, "result", "completed");
    time("sluice.batch.scheduling", "wait of a batch for those before it", batch.schedulingDelay());
    time(
        "sluice.batch.processing", "time from a batch's start to its end", batch.processingDelay());
    time("sluice.batch.total", "time from a batch's cut to its end", batch.totalDelay());
    summarize("sluice.batch.records", "received records of a batch", batch.numRecords());
    batch
        .records()
        .forEach((stream, records) ->
            count("sluice.records", "received records", records, "stream", String.valueOf(stream)));
    batch
        .counters()
        .forEach(
            (name, by) -> count("sluice.counter", "counters of the program", by, "name", name));
    batch.stages().forEach(stage -> stage.tasks().forEach(this::taskEnded));
  }

  private void taskEnded(TaskInfo task) {
    String[] worker = {"worker", task.worker()};
    nanos("sluice.task.run", "time of a task on its thread", task.ranNanos(), worker);
    nanos("sluice.task.queued", "wait of a task for a thread", task.queuedNanos(), worker);
    count("sluice.task.records.read", "records and pairs read by tasks", task.recordsIn(), worker);
    count("sluice.task.records.made", "records and pairs made by tasks", task.recordsOut(), worker);
    count("sluice.task.bytes.made", "bytes made by tasks", task.bytesOut(), worker);
    count("sluice.task.keys.touched", "keys of state set or removed", task.keysTouched(), worker);
  }

  @Override
  public void onBatchFailed(BatchInfo batch) {
    count("sluice.batches", "batches that have ended", 1, "result", "failed");
  }

  @Override
  public void onRecovery(RecoveryInfo recovery) {
    count(
        "sluice.recoveries",
        "what was tried again",
        1,
        "scope",
        recovery.scope().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void onWorkerJoined(WorkerInfo worker) {
    workers.add(worker.id());
  }

  @Override
  public void onWorkerLost(WorkerInfo worker, String reason) {
    workers.remove(worker.id());
    count("sluice.workers.lost", "workers that were given up", 1);
  }

  @Override
  public void onWorkerLeft(WorkerInfo worker) {
    workers.remove(worker.id());
  }

  @Override
  public void onReceiverStarted(ReceiverInfo receiver) {
    receivers.put(receiver.streamId(), receiver.active());
  }

  @Override
  public void onReceiverError(ReceiverInfo receiver) {
    receivers.put(receiver.streamId(), receiver.active());
    count("sluice.receiver.errors", "errors of receivers", 1, "receiver", receiver.name());
  }

  @Override
  public void onReceiverStopped(ReceiverInfo receiver) {
    receivers.put(receiver.streamId(), false);
  }

  @Override
  public void onBlockLost(BlockInfo block) {
    count("sluice.records.lost", "received records whose last copy is gone", block.records());
  }

  @Override
  public void onInputSkipped(SkippedInfo skipped) {
    count(
        "sluice.inputs.skipped",
        "inputs that batches went on without",
        skipped.inputs().size());
  }

  @Override
  public void onOutputOperationCompleted(OutputInfo output) {
    output
        .start()
        .flatMap(start -> output.end().map(end -> Duration.between(start, end)))
        .ifPresent(took -> nanos(
            "sluice.output",
            "time of an output of a batch, with the tasks it waits for",
            took.toNanos(),
            "output",
            output.name()));
  }

  @Override
  public void onSourcePlanned(SourceInfo source) {
    source.waiting().ifPresent(records -> lag(source.streamId(), records));
  }

  private synchronized void lag(int stream, long records) {
    if (closed) {
      return;
    }
    AtomicLong known = lags.get(stream);
    if (known == null) {
      known = new AtomicLong();
      lags.put(stream, known);
      meters.add(Gauge.builder("sluice.source.waiting", known, AtomicLong::get)
          .description("records of a source that no batch has yet")
          .tags(tags.and("stream", String.valueOf(stream)))
          .register(registry));
    }
    known.set(records);
  }

  @Override
  public void onSinkCommitFailed(SinkInfo sink) {
    count("sluice.sink.failures", "commits that sinks refused", 1, "output", sink.output());
  }

  @Override
  public void onFallingBehind(BatchInfo batch) {
    behind = true;
  }

  @Override
  public void onCaughtUp(BatchInfo batch) {
    behind = false;
  }

  @Override
  public void onPaused() {
    paused = true;
  }

  @Override
  public void onResumed() {
    paused = false;
  }

  @Override
  public void onEventsLost(long lost) {
    count("sluice.metrics.events.lost", "events that came too fast to be counted", lost);
  }

  /** Takes the context's meters away; what is still heard makes none. */
  @Override
  public synchronized void close() {
    closed = true;
    meters.forEach(registry::remove);
  }

  private long active() {
    return receivers.values().stream().filter(active -> active).count();
  }

  private void gauge(String name, String what, Supplier<Number> value) {
    meters.add(Gauge.builder(name, value).description(what).tags(tags).register(registry));
  }

  private synchronized void count(String name, String what, long by, String... more) {
    if (closed) {
      return;
    }
    Counter counter =
        Counter.builder(name).description(what).tags(tags.and(more)).register(registry);
    meters.add(counter);
    counter.increment((double) by);
  }

  private synchronized void summarize(String name, String what, long value) {
    if (closed) {
      return;
    }
    DistributionSummary summary = DistributionSummary.builder(name)
        .description(what)
        .tags(tags)
        .publishPercentileHistogram()
        .register(registry);
    meters.add(summary);
    summary.record((double) value);
  }

  private void time(String name, String what, Optional<Duration> took) {
    took.ifPresent(some -> nanos(name, what, some.toNanos()));
  }

  private synchronized void nanos(String name, String what, long nanos, String... more) {
    if (closed) {
      return;
    }
    Timer timer = Timer.builder(name)
        .description(what)
        .tags(tags.and(more))
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofNanos(100_000))
        .maximumExpectedValue(Duration.ofMinutes(10))
        .register(registry);
    meters.add(timer);
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }
}
