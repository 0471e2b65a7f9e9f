package io.sluice.api;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How received records become blocks, and when receivers start again: {@code sluice.receiver}.
 *
 * @param blockInterval age at which a block is closed; zero for a fifth of the batch interval, 1 to 200 ms
 * @param blockBytes size at which a block is closed earlier
 */
public record ReceiverSettings(
    Duration blockInterval, long blockBytes, Duration minBackoff, Duration maxBackoff) {

  public ReceiverSettings {
    if (blockInterval.isNegative()) {
      throw new IllegalArgumentException(
          "sluice.receiver.block-interval must not be negative, got " + blockInterval + ".");
    }
    if (blockBytes < 1024 || blockBytes > 64 << 20) {
      throw new IllegalArgumentException(
          "sluice.receiver.block-size must be between 1 KiB and 64 MiB, got " + blockBytes
              + " bytes.");
    }
    if (minBackoff.isNegative() || minBackoff.isZero() || maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException(
          "sluice.receiver.min-backoff must be positive and at most max-backoff, got "
              + minBackoff
              + " and "
              + maxBackoff
              + ".");
    }
  }

  /** The age at which a block is closed when batches are {@code intervalMillis} apart. */
  public long blockMillis(long intervalMillis) {
    return blockInterval.isZero()
        ? Math.max(1, Math.min(200, intervalMillis / 5))
        : Math.max(1, blockInterval.toMillis());
  }

  public static ReceiverSettings from(Config receiver) {
    return new ReceiverSettings(
        receiver.getDuration("block-interval"),
        receiver.getBytes("block-size"),
        receiver.getDuration("min-backoff"),
        receiver.getDuration("max-backoff"));
  }
}
