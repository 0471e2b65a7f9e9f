package io.sluice.api;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What of a context outlives all its processes: {@code sluice.checkpoint}.
 *
 * @param directory where it is kept; empty for nowhere
 * @param sync whether it must outlive a loss of power too
 * @param keep how many versions can be gone back to; more than the newest serve when a file is damaged
 * @param keepFor versions that are younger than this, in batch time, are kept too
 * @param interval batch time between two of these versions, and between two whole copies of a partition; zero for ten
 *     batches
 * @param dropUnclaimed whether a start forgets state that no operator of the program takes, rather than refuse
 */
public record CheckpointSettings(
    Optional<Path> directory,
    boolean sync,
    int keep,
    Duration keepFor,
    Duration interval,
    boolean dropUnclaimed) {

  public CheckpointSettings {
    if (keep < 1) {
      throw new IllegalArgumentException(
          "sluice.checkpoint.keep must be at least 1, got " + keep + ".");
    }
    if (keepFor.isNegative()) {
      throw new IllegalArgumentException(
          "sluice.checkpoint.keep-for must not be negative, got " + keepFor + ".");
    }
    if (interval.isNegative()) {
      throw new IllegalArgumentException(
          "sluice.checkpoint.interval must not be negative, got " + interval + ".");
    }
  }

  public static CheckpointSettings from(Config checkpoint) {
    String directory = checkpoint.getString("directory");
    return new CheckpointSettings(
        directory.isBlank() ? Optional.empty() : Optional.of(Locations.path(directory)),
        checkpoint.getBoolean("sync"),
        checkpoint.getInt("keep"),
        checkpoint.getDuration("keep-for"),
        checkpoint.getDuration("interval"),
        checkpoint.getBoolean("drop-unclaimed"));
  }

  /** The same in another directory. */
  public CheckpointSettings in(Path other) {
    return new CheckpointSettings(Optional.of(other), sync, keep, keepFor, interval, dropUnclaimed);
  }

  /** The interval in milliseconds; empty if the configuration leaves it open. */
  public Optional<Long> givenMillis() {
    return interval.isZero() ? Optional.empty() : Optional.of(interval.toMillis());
  }

  /** Batch time between two versions, in milliseconds. */
  public long intervalMillis(long batchMillis) {
    return givenMillis().orElse(10 * batchMillis);
  }
}
