package io.sluice.task;

import java.util.function.Consumer;

/** A step of a running task: takes records, then hears that there are no more. Used by one thread. */
abstract class Output implements Consumer<Object> {

  /** Passes on what was held back and tells the next step. Called once. */
  abstract void finish();

  /** Several steps that all take every record. */
  static Output all(Output[] outputs) {
    return outputs.length == 1 ? outputs[0] : new FanOut(outputs);
  }

  private static final class FanOut extends Output {
    private final Output[] outputs;

    FanOut(Output[] outputs) {
      this.outputs = outputs;
    }

    @Override
    public void accept(Object record) {
      for (Output output : outputs) {
        output.accept(record);
      }
    }

    @Override
    void finish() {
      for (Output output : outputs) {
        output.finish();
      }
    }
  }
}
