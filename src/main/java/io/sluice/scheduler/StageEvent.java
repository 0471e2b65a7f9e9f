package io.sluice.scheduler;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A stage of a batch, for Flight Recorder; written when the batch has ended. */
@Name("io.sluice.Stage")
@Label("Stage")
@Category("Sluice")
@Description("The tasks of one stage of a batch that has ended")
@StackTrace(false)
final class StageEvent extends Event {

  @Label("Batch")
  @Description("Milliseconds since 1970")
  long batch;

  @Label("Job")
  int job;

  @Label("Stage")
  int stage;

  @Label("Reads")
  String reads = "";

  @Label("Tasks")
  int tasks;

  @Label("Records Read")
  long recordsIn;

  @Label("Records Made")
  long recordsOut;

  @Label("Longest Task")
  @Timespan(Timespan.NANOSECONDS)
  long longest;
}
