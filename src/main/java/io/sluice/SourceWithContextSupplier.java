package io.sluice;

import akka.stream.javadsl.SourceWithContext;
import java.io.Serializable;

/**
 * Makes an Akka Streams source on the worker that runs its receiver, anew for every start. The context of an element is what
 * acknowledges it, such as the offset or the message that a connector of Alpakka hands out.
 *
 * <p>It travels there, so whatever it captures must be serializable; connections and clients are made inside.
 *
 * @param <T> the records
 * @param <C> what acknowledges them
 */
@FunctionalInterface
public interface SourceWithContextSupplier<T, C> extends Serializable {

  SourceWithContext<T, C, ?> get() throws Exception;
}
