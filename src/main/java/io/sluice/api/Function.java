package io.sluice.api;

import java.io.Serializable;

/**
 * A function of one argument.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface Function<T, R> extends Serializable {

  R call(T value) throws Exception;
}
