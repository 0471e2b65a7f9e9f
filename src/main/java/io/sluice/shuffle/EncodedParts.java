package io.sluice.shuffle;

import io.sluice.block.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a contribution as bytes: the number of parts, for each its partition and length, then the parts. Each is
 * read when its turn comes, so that a reduce task needs no more memory than one takes.
 */
final class EncodedParts {

  /** Where the bytes are. */
  interface Bytes {
    byte[] read(int from, int length);
  }

  private record Extent(int from, int length) {}

  private record Body(int partition, byte[] bytes) {}

  private final Map<Integer, List<Extent>> extents;
  private final RecordCodec codec;
  private final Bytes source;

  private EncodedParts(Map<Integer, List<Extent>> extents, RecordCodec codec, Bytes source) {
    this.extents = extents;
    this.codec = codec;
    this.source = source;
  }

  /** Reads where each part is; the parts themselves are read from {@code source} when they are asked for. */
  static EncodedParts of(byte[] encoded, RecordCodec codec, Bytes source) {
    ByteBuffer header = ByteBuffer.wrap(encoded);
    int count = header.getInt();
    int from = Integer.BYTES * (1 + 2 * count);
    Map<Integer, List<Extent>> extents = new HashMap<>();
    for (int part = 0; part < count; part++) {
      int partition = header.getInt();
      int length = header.getInt();
      extents.computeIfAbsent(partition, none -> new ArrayList<>()).add(new Extent(from, length));
      from += length;
    }
    if (from != encoded.length) {
      throw new IllegalArgumentException(
          "Shuffle data is damaged: %d bytes were expected, there are %d"
              .formatted(from, encoded.length));
    }
    return new EncodedParts(extents, codec, source);
  }

  static byte[] encode(Map<Integer, List<Part>> parts, RecordCodec codec) {
    List<Body> bodies = new ArrayList<>();
    parts.forEach((partition, some) ->
        some.forEach(part -> bodies.add(new Body(partition, codec.encode(flatten(part))))));
    int length = Integer.BYTES * (1 + 2 * bodies.size());
    for (Body body : bodies) {
      length = Math.addExact(length, body.bytes.length);
    }
    ByteBuffer encoded = ByteBuffer.allocate(length).putInt(bodies.size());
    bodies.forEach(body -> encoded.putInt(body.partition).putInt(body.bytes.length));
    bodies.forEach(body -> encoded.put(body.bytes));
    return encoded.array();
  }

  /** The pairs of a partition in their order; each part is read when it is asked for. */
  Iterable<Part> parts(int partition) {
    List<Extent> all = extents.getOrDefault(partition, List.of());
    return () -> all.stream().map(this::read).iterator();
  }

  private Part read(Extent extent) {
    return unflatten(codec.decode(source.read(extent.from, extent.length)));
  }

  /** Input and form, then the pairs. */
  private static List<Object> flatten(Part part) {
    List<Object> flat = new ArrayList<>(2 + 2 * part.size());
    flat.add(part.input());
    flat.add(part.combined());
    for (int i = 0; i < part.size(); i++) {
      flat.add(part.keys()[i]);
      flat.add(part.values()[i]);
    }
    return flat;
  }

  private static Part unflatten(List<Object> flat) {
    if (!(flat.get(0) instanceof Integer input) || !(flat.get(1) instanceof Boolean combined)) {
      throw new IllegalArgumentException(
          "Shuffle data is damaged: it does not begin with input and form");
    }
    int size = flat.size() / 2 - 1;
    Object[] keys = new Object[size];
    Object[] values = new Object[size];
    for (int i = 0; i < size; i++) {
      keys[i] = flat.get(2 + 2 * i);
      values[i] = flat.get(3 + 2 * i);
    }
    return new Part(input, combined, keys, values, size);
  }
}
