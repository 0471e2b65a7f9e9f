package io.sluice.task;

import io.sluice.api.Pair;
import io.sluice.block.Lines;
import io.sluice.block.TextConsumer;
import java.util.function.Consumer;

/** A step of a running task: takes records, then hears that there are no more. Used by one thread. */
abstract class Output implements TextConsumer {

  /** Passes on what was held back and tells the next step. Called once. */
  abstract void finish();

  /** Takes the first pairs of two arrays. */
  void acceptPairs(Object[] keys, Object[] values, int size) {
    for (int i = 0; i < size; i++) {
      accept(new Pair<>(keys[i], values[i]));
    }
  }

  /** Whether it has a use for text as bytes; if not, those who have its String already give it that. */
  boolean takesText() {
    return false;
  }

  /** Several steps that all take every record. */
  static Output all(Output[] outputs) {
    return outputs.length == 1 ? outputs[0] : new FanOut(outputs);
  }

  /** The end of a path, where records are taken as they are. */
  static Output to(Consumer<Object> consumer) {
    return new Output() {
      @Override
      public void accept(Object record) {
        consumer.accept(record);
      }

      @Override
      void finish() {
        // Nothing is held back.
      }
    };
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
