package io.sluice;

import akka.stream.javadsl.Source;
import java.io.Serializable;

/**
 * Makes an Akka Streams source on the worker that runs its receiver, anew for every start.
 *
 * <p>It travels there, so whatever it captures must be serializable; connections and clients are made inside.
 */
@FunctionalInterface
public interface SourceSupplier<T> extends Serializable {

  Source<T, ?> get() throws Exception;
}
