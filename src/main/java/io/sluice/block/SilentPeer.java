package io.sluice.block;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The cause of a request's failure when its peer takes and answers nothing, although no connection broke. */
public final class SilentPeer extends IOException {

  private static final long serialVersionUID = 1L;

  private final String address;

  SilentPeer(String address) {
    super("nothing moves on the connection to " + address);
    this.address = address;
  }

  /** The silent peer behind a failure; empty if there is none. */
  public static String behind(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SilentPeer silent) {
        return silent.address;
      }
    }
    return "";
  }
}
