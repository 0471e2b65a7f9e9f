package io.sluice.connector.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** How much of each partition a batch reads. */
final class BatchRanges {

  private BatchRanges() {}

  /**
   * All that there is, unless a limit holds it back. A limit for the whole batch is shared out by what each partition has
   * waiting, so that partitions that are far behind catch up first; each that has something gets at least one record.
   *
   * @param from the next offset of each partition
   * @param ends where each partition ends now
   * @param maxOfPartition the most of each partition; empty for no limit
   * @param maxOfBatch the most of all; empty for no limit
   */
  static List<OffsetRange> of(
      Map<TopicPartition, Long> from,
      Map<TopicPartition, Long> ends,
      OptionalLong maxOfPartition,
      OptionalLong maxOfBatch) {
    List<OffsetRange> waiting = new ArrayList<>();
    long total = 0;
    for (Map.Entry<TopicPartition, Long> start : from.entrySet()) {
      long end = ends.getOrDefault(start.getKey(), start.getValue());
      if (end > start.getValue()) {
        waiting.add(new OffsetRange(start.getKey(), start.getValue(), end));
        total += end - start.getValue();
      }
    }
    waiting.sort(Comparator.comparing((OffsetRange range) -> range.partition().topic())
        .thenComparing(range -> range.partition().partition()));
    double share = maxOfBatch.isPresent() ? (double) maxOfBatch.getAsLong() / total : 1;
    return waiting.stream()
        .map(range -> bounded(range, Math.min(1, share), maxOfPartition))
        .toList();
  }

  private static OffsetRange bounded(OffsetRange range, double share, OptionalLong max) {
    long length = share == 1 ? range.length() : Math.max(1, (long) (range.length() * share));
    long allowed = Math.min(length, max.orElse(Long.MAX_VALUE));
    return new OffsetRange(range.partition(), range.from(), range.from() + allowed);
  }
}
