package io.sluice.shuffle;

import io.sluice.block.RecordCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** What one map task adds to a shuffle, by partition. */
public final class Contribution {

  private final Map<Integer, List<Part>> parts;
  private long sizeBytes = -1;

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

  public long records() {
    long sum = 0;
    for (List<Part> some : parts.values()) {
      for (Part part : some) {
        sum += part.size();
      }
    }
    return sum;
  }

  /** About how many bytes it takes in memory. To be asked by one thread after the other. */
  public long sizeBytes() {
    if (sizeBytes < 0) {
      sizeBytes = parts.values().stream()
          .flatMap(List::stream)
          .mapToLong(Part::sizeBytes)
          .sum();
    }
    return sizeBytes;
  }

  /** As it travels to another node, and to {@link Inbox#add(long, byte[])} there. */
  public byte[] encode(RecordCodec codec) {
    return EncodedParts.encode(parts, codec);
  }
}
