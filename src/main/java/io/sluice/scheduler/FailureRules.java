package io.sluice.scheduler;

import io.sluice.api.FailurePolicy;
import io.sluice.api.Locations;
import io.sluice.api.TaskSettings;

/**
 * How often tasks are tried, and what is done about those that fail for good.
 *
 * @param directory where their input is written; empty if it is not
 */
record FailureRules(int maxAttempts, FailurePolicy policy, String directory) {

  static FailureRules of(ContextSetup setup) {
    TaskSettings task = setup.task();
    String directory = task.onFailure() == FailurePolicy.DEAD_LETTER
        ? Locations.path(task.deadLetterDirectory())
            .resolve(setup.name())
            .toAbsolutePath()
            .toString()
        : "";
    return new FailureRules(task.maxAttempts(), task.onFailure(), directory);
  }

  /** A task is tried again, and its batch fails with it in the end. */
  static FailureRules stopAfter(int attempts) {
    return new FailureRules(attempts, FailurePolicy.STOP, "");
  }
}
