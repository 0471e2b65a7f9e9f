package io.sluice;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whatever accompanies a context: attached when it starts, closed when it has ended. */
final class Extensions {

  private static final Logger log = LoggerFactory.getLogger(Extensions.class);

  private Extensions() {}

  /**
   * Attaches every {@link ContextExtension} that the program's class loader finds.
   *
   * @param loader knows the program's classes, those of jars that were given to the command line among them
   * @param ended closes them
   * @throws RuntimeException what one of them throws; none is left attached then
   */
  static void attach(
      StreamingContext context, Config config, ClassLoader loader, CompletionStage<Void> ended) {
    List<AutoCloseable> attached = new ArrayList<>();
    try {
      if (context.hasReceptionist()) {
        attached.add(StateDesk.open(context));
      }
      for (ContextExtension extension : ServiceLoader.load(ContextExtension.class, loader)) {
        attached.add(extension.attach(context, config));
      }
    } catch (RuntimeException | Error failure) {
      attached.forEach(Extensions::close);
      throw failure;
    }
    var unused = ended.whenCompleteAsync((done, failure) -> attached.forEach(Extensions::close));
  }

  private static void close(AutoCloseable extension) {
    try {
      extension.close();
    } catch (Exception failure) {
      log.warn("[{}] could not be closed", extension.getClass().getName(), failure);
    }
  }
}
