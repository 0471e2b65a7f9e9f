package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records that their topic has deleted before they were read. */
final class Overruns {

  private static final Logger log = LoggerFactory.getLogger(Overruns.class);
  private static final AtomicLong SKIPPED = new AtomicLong();

  private Overruns() {}

  /**
   * A partition ends before the offset that is next.
   *
   * @throws SluiceException TASK_FAILED unless what is there now is to be read from its beginning
   */
  static void noteShorter(SourceOptions options, TopicPartition partition, long next, long end) {
    String name = TopicPartitions.text(partition);
    if (options.overrun == Overrun.FAIL) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "Kafka at %s: partition %s ends at offset %d, before offset %d, which is next. Was its topic deleted and made anew? Read it from its beginning with onOverrun(Overrun.SKIP), or begin without the checkpoint."
              .formatted(options.servers, name, end, next));
    }
    log.warn(
        "Partition [{}] ends at offset [{}], before offset [{}], which was next; it is read from its beginning",
        name,
        end,
        next);
  }

  /**
   * Offsets that are gone.
   *
   * @throws SluiceException TASK_FAILED unless they are to be skipped
   */
  static void note(SourceOptions options, OffsetRange gone) {
    if (options.overrun == Overrun.FAIL) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "Kafka at %s: offsets %d to %d of partition %s were deleted before they were read. Keep records for longer than the program may rest (retention.ms, retention.bytes), or accept the loss with onOverrun(Overrun.SKIP)."
              .formatted(
                  options.servers,
                  gone.from(),
                  gone.until() - 1,
                  TopicPartitions.text(gone.partition())));
    }
    log.warn(
        "Offsets [{}] to [{}] of partition [{}] were deleted before they were read; [{}] were skipped so far",
        gone.from(),
        gone.until() - 1,
        TopicPartitions.text(gone.partition()),
        SKIPPED.addAndGet(gone.length()));
  }
}
