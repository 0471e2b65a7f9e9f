package io.sluice.scheduler;

import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import io.sluice.plan.FlightRecording;
import org.jspecify.annotations.Nullable;

/** What Flight Recorder is told of a batch; nothing, and nothing of it is loaded, unless it is at work. */
final class FlightRecord {

  private final @Nullable BatchEvent event;

  private FlightRecord(@Nullable BatchEvent event) {
    this.event = event;
  }

  /** A batch begins. */
  static FlightRecord begin() {
    if (!FlightRecording.isOn()) {
      return new FlightRecord(null);
    }
    BatchEvent event = new BatchEvent();
    event.begin();
    return new FlightRecord(event);
  }

  boolean isOn() {
    return event != null;
  }

  /** The batch has been committed. */
  void completed(String context, BatchInfo batch) {
    if (event == null || !event.isEnabled()) {
      return;
    }
    event.batch = batch.batchTime().toEpochMilli();
    event.context = context;
    event.records = batch.numRecords();
    event.tasks = batch.tasks();
    event.attempts = batch.attempts();
    event.commit();
    batch.stages().forEach(stage -> write(event.batch, stage));
  }

  private static void write(long batch, StageInfo stage) {
    StageEvent event = new StageEvent();
    event.batch = batch;
    event.job = stage.job();
    event.stage = stage.stage();
    event.reads = stage.reads();
    event.tasks = stage.tasks().size();
    event.recordsIn = stage.tasks().stream().mapToLong(TaskInfo::recordsIn).sum();
    event.recordsOut = stage.tasks().stream().mapToLong(TaskInfo::recordsOut).sum();
    event.longest = stage.tasks().stream().mapToLong(TaskInfo::ranNanos).max().orElse(0);
    event.commit();
  }
}
