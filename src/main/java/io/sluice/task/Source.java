package io.sluice.task;

import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** The records a task starts from. */
interface Source {

  /** Hands over all records, or as many as the task wants. */
  void push(Output output, TaskOutput task);

  /** The records one by one. */
  Iterator<?> iterator();

  /** The records of blocks, in order. */
  static Source of(List<Block> blocks, RecordCodec codec) {
    return new Source() {
      @Override
      public void push(Output output, TaskOutput task) {
        for (Block block : blocks) {
          if (task.wantsMore()) {
            block.push(codec, output);
          }
        }
      }

      @Override
      public Iterator<?> iterator() {
        return blocks.stream().flatMap(block -> listOf(block, codec).stream()).iterator();
      }
    };
  }

  /** Records from something that pushes them. */
  static Source of(Consumer<Consumer<Object>> pushing) {
    return new Source() {
      @Override
      public void push(Output output, TaskOutput task) {
        pushing.accept(output);
      }

      @Override
      public Iterator<?> iterator() {
        List<Object> records = new ArrayList<>();
        pushing.accept(records::add);
        return records.iterator();
      }
    };
  }

  private static List<?> listOf(Block block, RecordCodec codec) {
    if (block instanceof Block.Records records) {
      return records.values();
    }
    List<Object> records = new ArrayList<>((int) block.records());
    block.forEach(codec, records::add);
    return records;
  }
}
