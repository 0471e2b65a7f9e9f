package io.sluice.api;

import com.typesafe.config.Config;

/**
 * How tasks run: {@code sluice.task}.
 *
 * @param slots tasks at a time on one worker; in the configuration 0 stands for one per core
 * @param maxAttempts how often a task is tried before it has failed for good
 * @param onFailure what is done then, if it is a task of a batch
 * @param deadLetterDirectory where its input is written; a directory for each context, on the worker
 */
public record TaskSettings(
    int slots, int maxAttempts, FailurePolicy onFailure, String deadLetterDirectory) {

  public TaskSettings {
    if (slots < 0) {
      throw new IllegalArgumentException(
          "sluice.task.slots must not be negative, got " + slots + ".");
    }
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "sluice.task.max-attempts must be at least 1, got " + maxAttempts + ".");
    }
    if (onFailure == FailurePolicy.DEAD_LETTER && deadLetterDirectory.isBlank()) {
      throw new IllegalArgumentException(
          "sluice.task.on-failure is dead-letter, but sluice.task.dead-letter-directory is empty; name a directory.");
    }
    if (slots == 0) {
      slots = Runtime.getRuntime().availableProcessors();
    }
  }

  /** The same for a run that is to leave no trace: input that would be written away is only left out. */
  public TaskSettings withoutTrace() {
    return onFailure == FailurePolicy.DEAD_LETTER
        ? new TaskSettings(slots, maxAttempts, FailurePolicy.SKIP, "")
        : this;
  }

  public static TaskSettings from(Config task) {
    return new TaskSettings(
        task.getInt("slots"),
        task.getInt("max-attempts"),
        FailurePolicy.parse("sluice.task.on-failure", task.getString("on-failure")),
        task.getString("dead-letter-directory"));
  }
}
