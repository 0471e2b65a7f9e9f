package io.sluice.plan;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of a program as loaded by one task thread: one copy of each, so that none is shared between threads. */
public final class UserCode {

  private final ClassLoader loader;
  private final Map<Closure, Object> loaded = new HashMap<>();

  public UserCode(ClassLoader loader) {
    this.loader = loader;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <F> F load(Closure closure) {
    return (F) loaded.computeIfAbsent(closure, key -> key.load(loader));
  }

  /** Drops all copies; those in use go on. */
  public void forgetAll() {
    loaded.clear();
  }

  public int size() {
    return loaded.size();
  }

  /**
   * What a function returned, which must not be null.
   *
   * @param rule what it must return instead
   */
  public static <R> R required(@Nullable R returned, Closure closure, String rule) {
    if (returned == null) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "Function passed to " + closure + " returned null; it must return " + rule + ".");
    }
    return returned;
  }

  /** The error that names the function which threw. */
  public static RuntimeException failed(Closure closure, Exception failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new SluiceException(
        ErrorCode.TASK_FAILED, "Function passed to " + closure + " failed: " + failure, failure);
  }
}
