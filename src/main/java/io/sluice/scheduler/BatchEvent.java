package io.sluice.scheduler;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A batch on the driver, for Flight Recorder. */
@Name("io.sluice.Batch")
@Label("Batch")
@Category("Sluice")
@Description("One batch, from its start to its commit")
@StackTrace(false)
final class BatchEvent extends Event {

  @Label("Batch")
  @Description("Milliseconds since 1970")
  long batch;

  @Label("Context")
  String context = "";

  @Label("Records")
  long records;

  @Label("Tasks")
  int tasks;

  @Label("Attempts")
  int attempts;
}
