package io.sluice.api;

import java.io.Serializable;
import java.util.Iterator;

/**
 * A function that makes any number of records of one.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface FlatMapFunction<T, R> extends Serializable {

  Iterator<R> call(T value) throws Exception;
}
