package io.sluice.shuffle;

import io.sluice.block.RecordCodec;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What one map task adds to a shuffle, by partition. */
public final class Contribution {

  private final Map<Integer, Part> parts;

  Contribution(Map<Integer, Part> parts) {
    this.parts = parts;
  }

  /** The parts of some partitions only. */
  public Contribution only(IntPredicate partitions) {
    Map<Integer, Part> chosen = new HashMap<>();
    parts.forEach((partition, part) -> {
      if (partitions.test(partition)) {
        chosen.put(partition, part);
      }
    });
    return new Contribution(chosen);
  }

  @Nullable
  Part part(int partition) {
    return parts.get(partition);
  }

  /** About how many bytes it takes in memory. */
  long sizeBytes() {
    long sum = 0;
    for (Part part : parts.values()) {
      sum += part.sizeBytes();
    }
    return sum;
  }

  /** As it travels to another node, and to {@link Inbox#add(long, byte[])} there. */
  public byte[] encode(RecordCodec codec) {
    return EncodedParts.encode(parts, codec);
  }
}
