package io.sluice.task;

import io.sluice.api.Pair;
import io.sluice.block.ChunkedList;
import io.sluice.block.Lines;
import io.sluice.plan.Operator;
import io.sluice.shuffle.MapOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The steps that end a path. */
final class Endings {

  private Endings() {}

  /** Writes pairs to a shuffle. */
  static final class ShuffleOut extends Output {
    private final Operator.ShuffleOut operator;
    private final MapOutput collected;
    private final TaskOutput task;

    ShuffleOut(Operator.ShuffleOut operator, MapOutput collected, TaskOutput task) {
      this.operator = operator;
      this.collected = collected;
      this.task = task;
    }

    @Override
    public void accept(Object record) {
      if (!(record instanceof Pair<?, ?> pair)) {
        throw new IllegalStateException("Only pairs can be shuffled, got " + record);
      }
      collected.add(pair.key(), pair.value());
    }

    @Override
    void finish() {
      task.shuffle(operator, collected);
    }
  }

  /** Keeps records as a partition of a dataset. */
  static final class Store extends Output {
    private final Consumer<List<Object>> keeper;
    private final List<Object> records = new ChunkedList<>();

    Store(Consumer<List<Object>> keeper) {
      this.keeper = keeper;
    }

    @Override
    public void accept(Object record) {
      records.add(record);
    }

    @Override
    void finish() {
      keeper.accept(records);
    }
  }

  /** Brings the first records back to the driver. */
  static final class Collect extends Output {
    private final int leg;
    private final int limit;
    private final boolean alone;
    private final TaskOutput task;
    private final List<Object> records = new ArrayList<>();

    /**
     * @param alone no other step needs the rest of the input
     */
    Collect(int leg, int limit, boolean alone, TaskOutput task) {
      this.leg = leg;
      this.limit = limit;
      this.alone = alone;
      this.task = task;
    }

    @Override
    public void accept(Object record) {
      if (records.size() < limit) {
        records.add(record);
      } else if (alone) {
        task.enough();
      }
    }

    @Override
    void finish() {
      task.result(leg, records);
    }
  }

  /** Brings the number of records back to the driver. */
  static final class Count extends Output {
    private final int leg;
    private final TaskOutput task;
    private long count;

    Count(int leg, TaskOutput task) {
      this.leg = leg;
      this.task = task;
    }

    @Override
    public void accept(Object record) {
      count++;
    }

    @Override
    public void acceptText(byte[] bytes, int from, int to) {
      count++;
    }

    @Override
    public void acceptLines(byte[] bytes, int from, int to) {
      count += Lines.countAll(bytes, from, to);
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      task.result(leg, count);
    }
  }
}
