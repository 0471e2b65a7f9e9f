package io.sluice.connector.kafka;

import org.apache.kafka.common.TopicPartition;

/**
 * What a task reads of a partition. Not every offset of a range is that of a record: transactions and compaction leave holes.
 *
 * @param from the first offset
 * @param until the one after the last
 */
record OffsetRange(TopicPartition partition, long from, long until) {

  static OffsetRange parse(String text) {
    String[] fields = text.split(" ", 3);
    return new OffsetRange(
        TopicPartitions.parse(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
  }

  long length() {
    return until - from;
  }

  String text() {
    return TopicPartitions.text(partition) + " " + from + " " + until;
  }
}
