package io.sluice.api;

import java.io.Serializable;

/**
 * A function of two arguments.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface Function2<A, B, R> extends Serializable {

  R call(A first, B second) throws Exception;
}
