package io.sluice.block;

import java.util.List;
import java.util.function.Consumer;

/** Records in the form in which they wait. Blocks are never changed once stored. */
public sealed interface Block {

  long records();

  /** Bytes it takes, measured or estimated. */
  long sizeBytes();

  /** Hands over the records in order. */
  void forEach(RecordCodec codec, Consumer<Object> consumer);

  /** As {@link #forEach}, to somebody who takes text as bytes. */
  default void push(RecordCodec codec, TextConsumer consumer) {
    forEach(codec, consumer);
  }

  /** Its bytes for disk or another node, led by one byte that tells the form. */
  byte[] toBytes(RecordCodec codec);

  /** Reads what {@link #toBytes} wrote. */
  static Block fromBytes(byte[] bytes, long records) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("A stored block cannot be empty");
    }
    return switch (bytes[0]) {
      case Text.TAG -> new Text(bytes, records);
      case Encoded.TAG -> new Encoded(bytes, records);
      default -> throw new IllegalArgumentException("Block of unknown form [" + bytes[0] + "]");
    };
  }

  /** Lines of UTF-8 text, each ended by a line feed, as they came, behind the tag. */
  record Text(byte[] bytes, long records) implements Block {
    static final byte TAG = 1;

    /** Text from the second byte on; the first is for the form's tag, so that nothing is copied to send it. */
    public static Text of(byte[] bytes, long records) {
      bytes[0] = TAG;
      return new Text(bytes, records);
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<Object> consumer) {
      Lines.forEach(bytes, 1, bytes.length, consumer);
    }

    @Override
    public void push(RecordCodec codec, TextConsumer consumer) {
      consumer.acceptLines(bytes, 1, bytes.length);
    }

    @Override
    public byte[] toBytes(RecordCodec codec) {
      return bytes;
    }
  }

  /** The records themselves. */
  record Records(List<?> values, long sizeBytes) implements Block {

    public static Records of(List<?> values) {
      return new Records(values, Sizes.estimate(values));
    }

    @Override
    public long records() {
      return values.size();
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<Object> consumer) {
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

    /** Encoded records from the second byte on; the first is for the form's tag. */
    public static Encoded of(byte[] bytes, long records) {
      bytes[0] = TAG;
      return new Encoded(bytes, records);
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void forEach(RecordCodec codec, Consumer<Object> consumer) {
      codec.decode(bytes, 1).forEach(consumer);
    }

    @Override
    public byte[] toBytes(RecordCodec codec) {
      return bytes;
    }
  }
}
