package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BatchRangesTest {

  private static final TopicPartition A = new TopicPartition("orders", 0);
  private static final TopicPartition B = new TopicPartition("orders", 10);
  private static final TopicPartition C = new TopicPartition("orders", 9);

  private static List<String> texts(
      Map<TopicPartition, Long> from,
      Map<TopicPartition, Long> ends,
      OptionalLong maxOfPartition,
      OptionalLong maxOfBatch) {
    return BatchRanges.of(from, ends, maxOfPartition, maxOfBatch).stream()
        .map(OffsetRange::text)
        .toList();
  }

  @Test
  void withoutLimitsAllThatThereIsInTheOrderOfPartitions() {
    assertThat(texts(
            Map.of(A, 5L, B, 0L, C, 7L),
            Map.of(A, 9L, B, 100L, C, 7L),
            OptionalLong.empty(),
            OptionalLong.empty()))
        .containsExactly("orders-0 5 9", "orders-10 0 100");
  }

  @Test
  void limitOfABatchIsSharedByWhatWaits() {
    assertThat(texts(
            Map.of(A, 0L, B, 0L, C, 0L),
            Map.of(A, 900L, B, 99L, C, 1L),
            OptionalLong.empty(),
            OptionalLong.of(100)))
        .containsExactly("orders-0 0 90", "orders-9 0 1", "orders-10 0 9");
  }

  @Test
  void limitOfAPartitionHoldsBesideThatOfTheBatch() {
    assertThat(texts(
            Map.of(A, 0L, B, 0L),
            Map.of(A, 900L, B, 100L),
            OptionalLong.of(20),
            OptionalLong.of(100)))
        .containsExactly("orders-0 0 20", "orders-10 0 10");
  }

  @Test
  void partitionThatIsGoneOrWentBackHasNothing() {
    assertThat(
            texts(Map.of(A, 5L, B, 5L), Map.of(A, 3L), OptionalLong.empty(), OptionalLong.empty()))
        .isEmpty();
  }

  @Test
  void rangeIsReadFromItsText() {
    TopicPartition dashed = new TopicPartition("my-orders-2026", 3);
    OffsetRange range = new OffsetRange(dashed, 7, 1234567890123L);

    assertThat(OffsetRange.parse(range.text())).isEqualTo(range);
  }
}
