package io.sluice.block;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The warnings of one class while a test runs. */
final class LoggedWarnings extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private static final int MAX_SECONDS = 20;

  private final List<String> lines = new ArrayList<>();
  private final Logger logger;

  private LoggedWarnings(Logger logger) {
    this.logger = logger;
  }

  static LoggedWarnings of(Class<?> type) {
    LoggedWarnings warnings = new LoggedWarnings((Logger) LoggerFactory.getLogger(type.getName()));
    warnings.start();
    warnings.logger.setLevel(Level.WARN);
    warnings.logger.setAdditive(false);
    warnings.logger.addAppender(warnings);
    return warnings;
  }

  @Override
  protected synchronized void append(ILoggingEvent event) {
    lines.add(event.getFormattedMessage());
    notifyAll();
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for the first line that contains the text. */
  synchronized String await(String part) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (true) {
      for (String line : lines) {
        if (line.contains(part)) {
          return line;
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("Never logged '" + part + "'; the warnings were " + lines);
      }
      wait(left);
    }
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(null);
  }
}
