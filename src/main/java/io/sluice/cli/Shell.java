package io.sluice.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.StreamingContext;
import io.sluice.api.ShellClasses;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the lines of {@code sluice shell} can reach of it: its context. They know nothing but what is static. */
public final class Shell {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private static @Nullable ShellClasses classes;
  private static @Nullable StreamingContext context;
  private static boolean taken;
  private static int made;

  private Shell() {}

  /** Makes the first context, so that a configuration that is wrong is told before the first line. */
  static synchronized void open() {
    classes = new ShellClasses(Shell.class.getClassLoader());
    newContext(INTERVAL);
  }

  /** The classes for a JShell; another one, as after {@code /reset}, has none of those before. */
  static synchronized ShellClasses classes() {
    ShellClasses current = classes;
    if (current == null || taken) {
      current = new ShellClasses(Shell.class.getClassLoader());
      classes = current;
      close();
    }
    taken = true;
    Thread.currentThread().setContextClassLoader(current);
    return current;
  }

  /** The context with which the shell begins; its batches are a second long. */
  public static synchronized StreamingContext context() {
    StreamingContext current = context;
    return current == null ? newContext(INTERVAL) : current;
  }

  /**
   * The next context. Stops the one before at once, and blocks while a cluster is joined.
   *
   * @param interval between batches, at least 1 ms
   */
  public static synchronized StreamingContext newContext(Duration interval) {
    close();
    Thread.currentThread().setContextClassLoader(classes);
    StreamingContext next = StreamingContext.builder("shell-" + ++made, interval)
        .config(alone(ConfigFactory.load()))
        .build();
    context = next;
    return next;
  }

  /** No other node could go on with a program whose classes are in this process. */
  private static Config alone(Config config) {
    return ConfigFactory.parseMap(Map.of("sluice.cluster.ledger-copies", 1)).withFallback(config);
  }

  static synchronized void close() {
    StreamingContext last = context;
    context = null;
    if (last != null) {
      last.stop();
    }
  }
}
