package io.sluice.scheduler;

import io.sluice.batch.BatchSchedule;
import io.sluice.plan.Program;
import java.util.Map;

/**
 * A program under way: its times, and what it remembers of its batches.
 *
 * @param keepMillis how long the stored datasets of a node are read after their batch
 */
record Streaming(
    StreamProgram streams,
    BatchSchedule schedule,
    History history,
    EventTimes eventTimes,
    Map<Integer, Long> keepMillis) {

  /** A program that begins now. */
  static Streaming of(StreamProgram streams, long nowMillis, int maxLate) {
    return of(streams, new BatchSchedule(streams.program().intervalMillis(), nowMillis, maxLate));
  }

  /** A program that goes on from where earlier drivers have come. */
  static Streaming resumed(StreamProgram streams, Recovered recovered, int maxLate) {
    long zero = recovered.zeroMillis();
    long last = Math.max(zero, recovered.cutMillis());
    Streaming streaming =
        of(streams, BatchSchedule.after(last, zero, streams.program().intervalMillis(), maxLate));
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
        BatchSchedule.after(
            restart.cutMillis(), zero, streams.program().intervalMillis(), maxLate));
    restart.restore(streaming.eventTimes);
    if (restart.batchMillis() >= zero) {
      streaming.history.committed(restart.batchMillis(), Map.of());
    }
    return streaming;
  }

  private static Streaming of(StreamProgram streams, BatchSchedule schedule) {
    Program program = streams.program();
    long zero = schedule.zeroMillis();
    return new Streaming(
        streams,
        schedule,
        new History(program, zero),
        new EventTimes(program, zero),
        program.keptDatasets());
  }

  Program program() {
    return streams.program();
  }
}
