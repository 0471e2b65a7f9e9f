package io.sluice.task;

import io.sluice.block.Lines;
import io.sluice.block.TextConsumer;

/** A step of a running task: takes records, then hears that there are no more. Used by one thread. */
abstract class Output implements TextConsumer {

  /** Passes on what was held back and tells the next step. Called once. */
  abstract void finish();

  /** Whether it has a use for text as bytes; if not, those who have its String already give it that. */
  boolean takesText() {
    return false;
  }

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
    public void acceptText(byte[] bytes, int from, int to) {
      String record = null;
      for (Output output : outputs) {
        if (output.takesText()) {
          output.acceptText(bytes, from, to);
        } else {
          record = record == null ? Lines.text(bytes, from, to) : record;
          output.accept(record);
        }
      }
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      for (Output output : outputs) {
        output.finish();
      }
    }
  }
}
