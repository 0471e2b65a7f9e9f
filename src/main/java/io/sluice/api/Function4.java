package io.sluice.api;

import java.io.Serializable;

/**
 * A function of four arguments. It runs on a task thread of a worker, each thread with a copy of its own.
 *
 * @param <A> the first argument
 * @param <B> the second argument
 * @param <C> the third argument
 * @param <D> the fourth argument
 * @param <R> the result
 */
@FunctionalInterface
public interface Function4<A, B, C, D, R> extends Serializable {
  R call(A first, B second, C third, D fourth) throws Exception;
}
