package io.sluice.block;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records in the form in which they wait. Blocks are never changed once stored. */
public sealed interface Block {

  long records();

  /** Bytes it takes, measured or estimated. */
  long sizeBytes();

  /** Hands over the records in order. */
  void forEach(RecordCodec codec, Consumer<@Nullable Object> consumer);

  /** Its bytes for disk or another node, led by one byte that tells the form. */
  byte[] toBytes(RecordCodec codec);

  /** Reads what {@link #toBytes} wrote. */
  static Block fromBytes(byte[] bytes, long records) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("A stored block cannot be empty");
    }
    return switch (bytes[0]) {
      case Text.TAG -> new Text(bytes, 1, bytes.length, records);
      case Encoded.TAG -> new Encoded(bytes, records);
      default -> throw new IllegalArgumentException("Block of unknown form [" + bytes[0] + "]");
    };
  }

  /** Lines of UTF-8 text, each ended by a line feed, as they came; {@code from} to {@code to} of the array. */
  record Text(byte[] bytes, int from, int to, long records) implements Block {
    static final byte TAG = 1;

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<@Nullable Object> consumer) {
      Lines.forEach(bytes, from, to, consumer);
    }

    @Override
    public byte[] toBytes(RecordCodec codec) {
      if (from == 1 && to == bytes.length) {
        bytes[0] = TAG;
        return bytes;
      }
      byte[] copy = new byte[to - from + 1];
      copy[0] = TAG;
      System.arraycopy(bytes, from, copy, 1, to - from);
      return copy;
    }
  }

  /** The records themselves. */
  record Records(List<? extends @Nullable Object> values, long sizeBytes) implements Block {

    public static Records of(List<? extends @Nullable Object> values) {
      return new Records(values, Sizes.estimate(values));
    }

    @Override
    public long records() {
      return values.size();
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<@Nullable Object> consumer) {
      for (int i = 0; i < values.size(); i++) {
        consumer.accept(values.get(i));
      }
    }

    @Override
    public byte[] toBytes(RecordCodec codec) {
      return codec.encode(Encoded.TAG, values);
    }
  }

  /** Records encoded by {@link RecordCodec}. */
  record Encoded(byte[] bytes, long records) implements Block {
    static final byte TAG = 2;

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<@Nullable Object> consumer) {
      codec.decode(bytes, 1).forEach(consumer);
    }

    @Override
    public byte[] toBytes(RecordCodec codec) {
      return bytes;
    }
  }
}
