package io.sluice.api;

import com.typesafe.config.Config;

/**
 * How tasks run: {@code sluice.task}.
 *
 * @param slots tasks at a time on one worker; in the configuration 0 stands for one per core
 * @param maxAttempts how often a task is tried before its batch fails
 */
public record TaskSettings(int slots, int maxAttempts) {

  public TaskSettings {
    if (slots < 0) {
      throw new IllegalArgumentException(
          "sluice.task.slots must not be negative, got " + slots + ".");
    }
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "sluice.task.max-attempts must be at least 1, got " + maxAttempts + ".");
    }
    if (slots == 0) {
      slots = Runtime.getRuntime().availableProcessors();
    }
  }

  public static TaskSettings from(Config task) {
    return new TaskSettings(task.getInt("slots"), task.getInt("max-attempts"));
  }
}
