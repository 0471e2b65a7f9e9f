package io.sluice;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.slf4j.LoggerFactory;

/** The configuration of a program that gives none. */
final class LoadedConfig {

  private LoadedConfig() {}

  /** Reads it while logging starts, which takes as long: the actor system would wait for it. */
  static Config besideLogging() {
    Thread logging = new Thread(LoggerFactory::getILoggerFactory, "sluice-logging-start");
    logging.setDaemon(true);
    logging.start();
    try {
      return ConfigFactory.load();
    } finally {
      // Loggers that are made before it has started are of another kind.
      joined(logging);
    }
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
