package io.sluice.api;

/**
 * A function that makes a key and a value of each record.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface PairFunction<T, K, V> extends Function<T, Pair<K, V>> {}
