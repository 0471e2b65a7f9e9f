package io.sluice.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ExitCode;

/** Lets a command end in its own way, and with its own exit code, when the process is told to end. */
final class CtrlC {

  private static final int MAX_SECONDS = 60;

  private final Runnable stop;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode;

  private CtrlC(Runnable stop) {
    this.stop = stop;
  }

  static CtrlC install(Runnable stop) {
    CtrlC ctrlC = new CtrlC(stop);
    Runtime.getRuntime().addShutdownHook(new Thread(ctrlC::onShutdown, "sluice-ctrl-c"));
    return ctrlC;
  }

  /** The command has ended; an exit on its way may go on. */
  void ended(int code) {
    exitCode = code;
    ended.countDown();
  }

  private void onShutdown() {
    if (ended.getCount() == 0) {
      return;
    }
    stop.run();
    try {
      boolean inTime = ended.await(MAX_SECONDS, TimeUnit.SECONDS);
      // Only so can an interrupted process have an exit code of its own.
      Runtime.getRuntime().halt(inTime ? exitCode : ExitCode.SOFTWARE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
