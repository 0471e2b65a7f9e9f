package io.sluice.scheduler;

import io.sluice.plan.Program;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A finished program of streams, to be started.
 *
 * @param outputs what to do with the program's outputs, by their id
 * @param receivers one for each receiver stream
 */
public record StreamProgram(
    Program program, Map<Integer, BatchFunction> outputs, List<ReceiverSpec> receivers) {

  public StreamProgram {
    outputs = Map.copyOf(outputs);
    receivers = List.copyOf(receivers);
  }

  /** Runs on a driver thread in a batch. */
  @FunctionalInterface
  public interface BatchFunction extends Serializable {
    void run(long batchMillis) throws Exception;
  }

  /** A receiver as it travels. */
  public record ReceiverSpec(int stream, String name, String preferredHost, byte[] receiver)
      implements Serializable {}

  /** No streams yet. */
  static StreamProgram none(long intervalMillis) {
    return new StreamProgram(
        new Program(intervalMillis, List.of(), Set.of(), 0, Map.of()), Map.of(), List.of());
  }
}
