package io.sluice.api;

import com.typesafe.config.Config;

/**
 * How batches wait and are partitioned: {@code sluice.batch}.
 *
 * @param maxWaiting batches cut and waiting behind the running one
 * @param maxLate batch times that may be due at once before the oldest are skipped
 * @param partitions of a shuffle that names no number; 0 for one per task slot
 */
public record BatchSettings(int maxWaiting, int maxLate, int partitions) {

  public BatchSettings {
    if (maxWaiting < 1) {
      throw new IllegalArgumentException(
          "sluice.batch.max-waiting must be at least 1, got " + maxWaiting + ".");
    }
    if (maxLate < 1) {
      throw new IllegalArgumentException(
          "sluice.batch.max-late must be at least 1, got " + maxLate + ".");
    }
    if (partitions < 0 || partitions > 0xFFFF) {
      throw new IllegalArgumentException(
          "sluice.batch.partitions must be between 0 and 65535, got " + partitions + ".");
    }
  }

  public static BatchSettings from(Config batch) {
    return new BatchSettings(
        batch.getInt("max-waiting"), batch.getInt("max-late"), batch.getInt("partitions"));
  }
}
