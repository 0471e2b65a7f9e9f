package io.sluice.api;

/**
 * A function that makes any number of pairs of one record.
 *
 * <p>It runs on the workers, in several threads and copies at once, and travels there with the plan:
 * whatever it captures must be serializable. It may throw; the task is then tried again.
 */
@FunctionalInterface
public interface PairFlatMapFunction<T, K, V> extends FlatMapFunction<T, Pair<K, V>> {}
