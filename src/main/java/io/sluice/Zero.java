package io.sluice;

import io.sluice.plan.Closure;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A zero value as it was given, copied for each use, since the program's functions may change it. */
final class Zero<U> implements Serializable {

  private static final long serialVersionUID = 1L;

  private final @Nullable Serializable constant;
  private final byte[] bytes;

  /**
   * @param operation the DSL method it was given to, for messages
   */
  Zero(U value, String operation) {
    boolean neverChanges = value instanceof Number
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Character;
    this.constant = neverChanges ? (Serializable) value : null;
    this.bytes = neverChanges || value == null
        ? new byte[0]
        : Closure.of(value, operation).bytes();
  }

  U copy() {
    if (bytes.length == 0) {
      return Functions.cast(constant);
    }
    ClassLoader ofProgram = Thread.currentThread().getContextClassLoader();
    try {
      return Functions.cast(
          Closure.read(bytes, ofProgram != null ? ofProgram : Zero.class.getClassLoader()));
    } catch (IOException | ClassNotFoundException failure) {
      throw new IllegalStateException("The zero value cannot be copied: " + failure, failure);
    }
  }
}
