package io.sluice.api;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** A failure that the engine reports: a code to act on, and a sentence that says what is wrong, the rule and what to do. */
public final class SluiceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public SluiceException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public SluiceException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code");
  }

  public ErrorCode code() {
    return code;
  }
}
