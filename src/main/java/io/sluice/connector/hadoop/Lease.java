package io.sluice.connector.hadoop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.ipc.RemoteException;

/** The right of one client to write a file in HDFS, which a killed client still has. */
final class Lease {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long PAUSE_MILLIS = 500;

  private final DistributedFileSystem hdfs;
  private final Path file;

  Lease(DistributedFileSystem hdfs, Path file) {
    this.hdfs = hdfs;
    this.file = file;
  }

  /** Whether a file cannot be made or continued because somebody writes it, or did when he was killed. */
  static boolean isHeld(IOException failure) {
    String kind = failure instanceof RemoteException remote
        ? remote.getClassName()
        : failure.getClass().getName();
    return kind.endsWith(".AlreadyBeingCreatedException")
        || kind.endsWith(".RecoveryInProgressException");
  }

  private interface Attempt {
    boolean succeeds() throws IOException;
  }

  /** Takes the file from whoever writes it; returns when it is closed. */
  void end() throws IOException {
    await(() -> hdfs.recoverLease(file));
  }

  /** The same, unless its writer lives: HDFS lets nobody append to a file whose writer it has heard within a minute. */
  void endIfAbandoned() throws IOException {
    await(() -> {
      try {
        hdfs.append(file).close();
        return true;
      } catch (IOException failure) {
        if (isHeld(failure)) {
          return false;
        }
        throw failure;
      }
    });
  }

  private void await(Attempt attempt) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!attempt.succeeds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "its writer has not closed it, and HDFS cannot tell how much of it is safe; see whether data nodes are away, or run: hdfs debug recoverLease -path "
                + file.toUri().getPath());
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for the writer of " + file);
      }
    }
  }
}
