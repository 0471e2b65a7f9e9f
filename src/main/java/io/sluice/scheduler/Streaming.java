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

  static Streaming of(StreamProgram streams, long nowMillis, int maxLate) {
    Program program = streams.program();
    BatchSchedule schedule = new BatchSchedule(program.intervalMillis(), nowMillis, maxLate);
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
