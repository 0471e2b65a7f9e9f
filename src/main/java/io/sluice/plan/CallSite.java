package io.sluice.plan;

import java.security.CodeSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the line of the user's program that called into the DSL. */
final class CallSite {

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final @Nullable CodeSource ENGINE = sourceOf(CallSite.class);

  /** Has programs that come with the engine, like that of {@code sluice demo}. */
  private static final String PROGRAMS = "io.sluice.cli.";

  private CallSite() {}

  /** "File.java:31" of the nearest frame outside the engine and the JDK, which has the threads that run the engine. */
  static String current() {
    return WALKER.walk(frames -> frames
        .filter(frame -> !isEngine(frame.getDeclaringClass()))
        .filter(
            frame -> !"java.base".equals(frame.getDeclaringClass().getModule().getName()))
        .findFirst()
        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
        .orElse("a line of Sluice"));
  }

  private static boolean isEngine(Class<?> type) {
    return type.getName().startsWith("io.sluice.")
        && !type.getName().startsWith(PROGRAMS)
        && Objects.equals(location(ENGINE), location(sourceOf(type)));
  }

  private static @Nullable CodeSource sourceOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource();
  }

  private static String location(@Nullable CodeSource source) {
    return source == null ? "" : String.valueOf(source.getLocation());
  }
}
