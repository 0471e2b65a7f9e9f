package io.sluice.task;

import io.sluice.block.Block;
import io.sluice.plan.FlightRecording;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures one run of one task, which goes from one thread to the next. */
final class TaskMeter {

  private final long askedNanos = System.nanoTime();
  private long beganNanos = askedNanos;
  private long endedNanos = askedNanos;
  private long recordsIn;
  private long bytesIn;
  private long recordsOut;
  private long bytesOut;
  private long keysTouched;

  /** Null unless Flight Recorder is at work. */
  private @Nullable TaskEvent event;

  /** A thread has the task, whose inputs are these. */
  void begin(List<Block> inputs) {
    beganNanos = System.nanoTime();
    if (FlightRecording.isOn()) {
      event = new TaskEvent();
      event.begin();
    }
    for (Block input : inputs) {
      recordsIn += input.records();
      bytesIn += input.sizeBytes();
    }
  }

  /** So many pairs came from a shuffle. */
  void merged(long pairs) {
    recordsIn += pairs;
  }

  void touched(long keys) {
    keysTouched += keys;
  }

  /** The thread is free again. */
  void end(WorkerCommand.RunTasks job, TaskSpec task) {
    endedNanos = System.nanoTime();
    if (event != null && event.isEnabled()) {
      event.batch = job.batchMillis();
      event.job = job.job();
      event.stage = task.ordinal();
      event.partition = task.index();
      event.attempt = job.attempt() + task.tries() - 1;
      event.recordsIn = recordsIn;
      event.keysTouched = keysTouched;
      event.commit();
    }
  }

  void madeRecords(long records) {
    recordsOut += records;
  }

  /** A result counts as what it has of records. */
  void madeResult(Object value) {
    recordsOut += value instanceof Collection<?> many ? many.size() : 1;
  }

  void madeBytes(long bytes) {
    bytesOut += bytes;
  }

  /** All that was made is where it belongs. */
  WorkerEvent.Figures figures() {
    return new WorkerEvent.Figures(
        beganNanos - askedNanos,
        endedNanos - beganNanos,
        System.nanoTime() - endedNanos,
        recordsIn,
        bytesIn,
        recordsOut,
        bytesOut,
        keysTouched);
  }
}
