package io.sluice.task;

import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
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
        return new BlockIterator(blocks.iterator(), codec);
      }
    };
  }

  /** Records from something that pushes them. */
  static Source of(Consumer<Output> pushing) {
    return new Source() {
      @Override
      public void push(Output output, TaskOutput task) {
        pushing.accept(output);
      }

      @Override
      public Iterator<?> iterator() {
        List<Object> records = new ArrayList<>();
        pushing.accept(Output.to(records::add));
        return records.iterator();
      }
    };
  }

  /** The records of one block after another, each decoded when the one before it is used up. */
  final class BlockIterator implements Iterator<Object> {
    private final Iterator<Block> blocks;
    private final RecordCodec codec;
    private Iterator<?> records = Collections.emptyIterator();

    BlockIterator(Iterator<Block> blocks, RecordCodec codec) {
      this.blocks = blocks;
      this.codec = codec;
    }

    @Override
    public boolean hasNext() {
      while (!records.hasNext()) {
        if (!blocks.hasNext()) {
          return false;
        }
        records = listOf(blocks.next()).iterator();
      }
      return true;
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return records.next();
    }

    private List<?> listOf(Block block) {
      if (block instanceof Block.Records held) {
        return held.values();
      }
      List<Object> decoded = new ArrayList<>((int) block.records());
      block.forEach(codec, decoded::add);
      return decoded;
    }
  }
}
