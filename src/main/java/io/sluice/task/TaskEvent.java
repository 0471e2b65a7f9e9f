package io.sluice.task;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A task on its thread, for Flight Recorder. */
@Name("io.sluice.Task")
@Label("Task")
@Category("Sluice")
@Description("One task of a stage, from the start on its thread to its end there")
@StackTrace(false)
final class TaskEvent extends Event {

  @Label("Batch")
  @Description("Milliseconds since 1970; -1 outside batches")
  long batch;

  @Label("Job")
  long job;

  @Label("Stage")
  int stage;

  @Label("Partition")
  int partition;

  @Label("Attempt")
  int attempt;

  @Label("Records Read")
  long recordsIn;

  @Label("Keys Touched")
  long keysTouched;
}
