package io.sluice.shuffle;

import io.sluice.block.RecordCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** What one map task adds to a shuffle, by partition. */
public final class Contribution {

  private final Map<Integer, List<Part>> parts;

  Contribution(Map<Integer, List<Part>> parts) {
    this.parts = parts;
  }

  /** The parts of some partitions only. */
  public Contribution only(IntPredicate partitions) {
    Map<Integer, List<Part>> chosen = new HashMap<>();
    parts.forEach((partition, some) -> {
      if (partitions.test(partition)) {
        chosen.put(partition, some);
      }
    });
    return new Contribution(chosen);
  }

  /** The pairs of a partition in their order. */
  Iterable<Part> parts(int partition) {
    return parts.getOrDefault(partition, List.of());
  }

  /** About how many bytes it takes in memory. */
  long sizeBytes() {
    long sum = 0;
    for (List<Part> some : parts.values()) {
      for (Part part : some) {
        sum += part.sizeBytes();
      }
    }
    return sum;
  }

  /** As it travels to another node, and to {@link Inbox#add(long, byte[])} there. */
  public byte[] encode(RecordCodec codec) {
    return EncodedParts.encode(parts, codec);
  }
}
