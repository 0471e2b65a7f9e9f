package io.sluice.cli;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Whether somebody looks. */
final class Terminal {

  private static final int MAX_SECONDS = 5;

  private Terminal() {}

  /** Whether the process's stderr is a terminal. Java knows only of stdin and stdout together, so the system's shell is asked. */
  static boolean isStderr() {
    try {
      Process test = new ProcessBuilder("sh", "-c", "test -t 2").inheritIO().start();
      return test.waitFor(MAX_SECONDS, TimeUnit.SECONDS) && test.exitValue() == 0;
    } catch (IOException noSuchShell) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
