package io.sluice.api;

import java.io.Serializable;

/**
 * A function of two arguments that is called for its effect.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface VoidFunction2<A, B> extends Serializable {

  void call(A first, B second) throws Exception;
}
