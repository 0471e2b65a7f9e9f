package io.sluice.receiver;

import io.sluice.block.Block;
import io.sluice.block.Lines;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Puts records together into blocks. A block is closed when it is large enough or old enough, whichever
 * comes first. Thread-safe; whoever closes a block waits until it is stored, and with it everybody who
 * wants to add more.
 */
public final class BlockBuilder {

  private final long maxBytes;
  private final Consumer<Block> sink;
  private List<Object> records = new ArrayList<>();
  private long recordBytes;
  private byte[] text = new byte[0];
  private int textLength = 1;
  private long openedNanos;
  private boolean closed;

  /**
   * @param sink stores a block; waits while there is no room
   */
  public BlockBuilder(long maxBytes, Consumer<Block> sink) {
    this.maxBytes = maxBytes;
    this.sink = sink;
  }

  public synchronized void add(Object record, long nowNanos) {
    requireOpen();
    if (textLength > 1) {
      flush();
    }
    if (records.isEmpty()) {
      openedNanos = nowNanos;
    }
    records.add(record);
    recordBytes += record instanceof String line ? 56 + line.length() : 64;
    if (recordBytes >= maxBytes) {
      flush();
    }
  }

  /** Adds whole lines, each ended by a line feed. */
  public synchronized void add(ByteBuffer lines, long nowNanos) {
    requireOpen();
    int length = lines.remaining();
    if (!records.isEmpty() || (textLength > 1 && textLength + length > maxBytes)) {
      flush();
    }
    if (textLength == 1) {
      openedNanos = nowNanos;
    }
    if (textLength + length > text.length) {
      text = Arrays.copyOf(
          text, Math.max(textLength + length, Math.min((int) maxBytes, text.length * 2 + 4096)));
    }
    lines.get(text, textLength, length);
    textLength += length;
    if (textLength >= maxBytes) {
      flush();
    }
  }

  /** Writes a block of its own, after what was added before. */
  public synchronized <R> R addBlock(Supplier<R> write) {
    requireOpen();
    flush();
    return write.get();
  }

  /** Closes the open block if it is at least {@code ageNanos} old. */
  public synchronized void flushIfOlder(long nowNanos, long ageNanos) {
    if (!isEmpty() && nowNanos - openedNanos >= ageNanos) {
      flush();
    }
  }

  /** Stores what is left; nothing can be added afterwards. */
  public synchronized void close() {
    if (!closed) {
      flush();
      closed = true;
    }
  }

  private boolean isEmpty() {
    return records.isEmpty() && textLength == 1;
  }

  private void flush() {
    if (!records.isEmpty()) {
      List<Object> full = records;
      records = new ArrayList<>();
      recordBytes = 0;
      sink.accept(Block.Records.of(full));
    } else if (textLength > 1) {
      byte[] bytes = textLength == text.length ? text : Arrays.copyOf(text, textLength);
      long lines = Lines.count(bytes, 1, textLength);
      text = new byte[0];
      textLength = 1;
      sink.accept(Block.Text.of(bytes, lines));
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "The receiver has stopped; nothing can be stored after onStop has returned.");
    }
  }
}
