package io.sluice;

import com.typesafe.config.Config;

/**
 * Something that accompanies every context, like a page or metrics of one's own. Found by {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.sluice.ContextExtension}.
 */
public interface ContextExtension {

  /**
   * Called by {@link StreamingContext#start} before anything happens, on its thread, and on another node when that goes on with a context whose
   * driver was lost. What it throws is thrown by {@code start}.
   *
   * @param config the configuration of the context
   * @return closed when the context has ended
   */
  AutoCloseable attach(StreamingContext context, Config config);
}
