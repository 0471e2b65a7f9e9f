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

  /** What an output does on a driver thread in a batch. */
  @FunctionalInterface
  public interface BatchFunction extends Serializable {
    void run(long batchMillis) throws Exception;
  }

  /** What an output does that becomes visible only after the batch is committed. */
  public interface TwoStep extends BatchFunction {
    @Override
    default void run(long batchMillis) throws Exception {
      commit(batchMillis, prepare(batchMillis));
    }

    /** Does everything that can be thrown away again; gives what {@link #commit} needs. */
    List<String> prepare(long batchMillis) throws Exception;

    /** Makes it visible; changes nothing if that was done before. */
    void commit(long batchMillis, List<String> prepared) throws Exception;

    /** Throws it away. */
    void abort(long batchMillis, List<String> prepared) throws Exception;
  }

  /** A receiver as it travels. */
  public record ReceiverSpec(int stream, String name, String preferredHost, byte[] receiver)
      implements Serializable {}

  /** No streams yet. */
  static StreamProgram none(long intervalMillis) {
    return new StreamProgram(
        new Program(intervalMillis, List.of(), Set.of(), 0, Map.of(), Map.of()),
        Map.of(),
        List.of());
  }
}
