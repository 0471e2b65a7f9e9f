package io.sluice.shuffle;

import io.sluice.block.RecordCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What one map task adds to a shuffle, by partition: as it is inside a node, flattened for another. */
public final class Contribution {

  private final byte @Nullable [] encoded;
  private final @Nullable RecordCodec codec;
  private @Nullable Map<Integer, Part> parts;

  Contribution(Map<Integer, Part> parts) {
    this.parts = parts;
    this.encoded = null;
    this.codec = null;
  }

  /** What {@link #encode} gave, to be decoded by the first task that needs it. */
  public Contribution(byte[] encoded, RecordCodec codec) {
    this.encoded = encoded;
    this.codec = codec;
  }

  /** The parts of some partitions only. */
  public Contribution only(IntPredicate partitions) {
    Map<Integer, Part> chosen = new HashMap<>();
    parts().forEach((partition, part) -> {
      if (partitions.test(partition)) {
        chosen.put(partition, part);
      }
    });
    return new Contribution(chosen);
  }

  @Nullable
  Part part(int partition) {
    return parts().get(partition);
  }

  public boolean isEmpty() {
    return parts().isEmpty();
  }

  /** Partition, input, form and size before the pairs of each part. */
  public byte[] encode(RecordCodec with) {
    List<Object> flat = new ArrayList<>();
    parts().forEach((partition, part) -> {
      flat.add(partition);
      flat.add(part.input());
      flat.add(part.combined());
      flat.add(part.size());
      for (int i = 0; i < part.size(); i++) {
        flat.add(part.keys()[i]);
        flat.add(part.values()[i]);
      }
    });
    return with.encode(flat);
  }

  private synchronized Map<Integer, Part> parts() {
    Map<Integer, Part> known = parts;
    if (known == null) {
      known = encoded == null || codec == null
          ? Map.of()
          : unflatten(codec.decode(encoded).iterator());
      parts = known;
    }
    return known;
  }

  private static Map<Integer, Part> unflatten(Iterator<Object> rest) {
    Map<Integer, Part> parts = new HashMap<>();
    while (rest.hasNext()) {
      int partition = nextInt(rest);
      int input = nextInt(rest);
      boolean combined = Boolean.TRUE.equals(rest.next());
      int size = nextInt(rest);
      Object[] keys = new Object[size];
      Object[] values = new Object[size];
      for (int i = 0; i < size; i++) {
        keys[i] = rest.next();
        values[i] = rest.next();
      }
      parts.put(partition, new Part(input, combined, keys, values, size));
    }
    return parts;
  }

  private static int nextInt(Iterator<Object> rest) {
    if (rest.next() instanceof Integer number) {
      return number;
    }
    throw new IllegalArgumentException("Shuffle data is damaged: a number was expected");
  }
}
