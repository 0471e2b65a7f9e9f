package io.sluice.scheduler;

import static java.util.Objects.requireNonNull;

import io.sluice.batch.BatchSchedule;
import io.sluice.plan.Program;
import java.util.Map;

/**
 * A program under way: its times, and what it remembers of its batches.
 *
 * @param keepMillis how long the stored datasets of a node are read after their batch
 * @param deliveredMillis the last batch that has put out everything; one that is run again for its state alone puts out
 *     nothing
 */
record Streaming(
    StreamProgram streams,
    BatchSchedule schedule,
    History history,
    EventTimes eventTimes,
    SourcePlans sources,
    Map<Integer, Long> keepMillis,
    long deliveredMillis) {

  /** A program that begins now. */
  static Streaming of(StreamProgram streams, long nowMillis, int maxLate) {
    return of(
        streams,
        new BatchSchedule(streams.program().intervalMillis(), nowMillis, maxLate),
        new SourcePlans(),
        Recovered.NONE);
  }

  /** A program that goes on from where earlier drivers have come. */
  static Streaming resumed(StreamProgram streams, Recovered recovered, int maxLate) {
    long zero = recovered.zeroMillis();
    long last = Math.max(zero, recovered.cutMillis());
    Streaming streaming = of(
        streams,
        BatchSchedule.after(last, zero, streams.program().intervalMillis(), maxLate),
        recovered.sources(),
        recovered.rewind().deliveredMillis());
    recovered.restore(streaming.eventTimes);
    if (recovered.committedMillis() >= zero) {
      streaming.history.committed(recovered.committedMillis(), Map.of());
    }
    return streaming;
  }

  /** A program that goes on where an earlier run can go back to. */
  static Streaming restarted(StreamProgram streams, Restart restart, int maxLate) {
    long zero = restart.zeroMillis();
    Streaming streaming = of(
        streams,
        BatchSchedule.after(restart.cutMillis(), zero, streams.program().intervalMillis(), maxLate),
        restart.sources(),
        restart.deliveredMillis());
    restart.restore(streaming.eventTimes);
    if (restart.batchMillis() >= zero) {
      streaming.history.committed(restart.batchMillis(), Map.of());
    }
    return streaming;
  }

  private static Streaming of(
      StreamProgram streams, BatchSchedule schedule, SourcePlans sources, long deliveredMillis) {
    Program program = streams.program();
    long zero = schedule.zeroMillis();
    sources.begin(program);
    return new Streaming(
        streams,
        schedule,
        new History(program, zero),
        new EventTimes(program, zero),
        sources,
        program.keptDatasets(),
        deliveredMillis);
  }

  /** What the output does with a batch. */
  StreamProgram.BatchFunction function(Program.Output output) {
    return requireNonNull(
        streams.outputs().get(output.id()), () -> "Output " + output.id() + " has no function");
  }

  Program program() {
    return streams.program();
  }
}
