package io.sluice;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of a program that ends where it would start its context: the program is written, but nothing runs, and no cluster is joined.
 *
 * <p>Contexts that the program makes, on its own thread or on those that it starts, are in this process alone and have the rehearsal's
 * checkpoint directory, whatever the program says.
 */
public final class Rehearsal {

  // A program makes its context by itself, so nothing could hand the rehearsal over to it.
  private static final InheritableThreadLocal<@Nullable Rehearsal> CURRENT =
      new InheritableThreadLocal<>();

  /** Ends the program at its start; no exception, which it might catch. */
  private static final class Over extends Error {
    private static final long serialVersionUID = 1L;

    Over() {
      super("The rehearsal of this program is over.", null, false, false);
    }
  }

  private final Path checkpoints;
  private final Consumer<StreamingContext> insteadOfStart;
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  private Rehearsal(Path checkpoints, Consumer<StreamingContext> insteadOfStart) {
    this.checkpoints = checkpoints;
    this.insteadOfStart = insteadOfStart;
  }

  /**
   * Runs a program up to the start of its first context. Blocks until then.
   *
   * @param checkpoints the directory in which contexts are kept
   * @param insteadOfStart is given that context, on the program's thread; it is closed afterwards
   * @return whether the program came to a start
   * @throws ExecutionException what the program has thrown before, or {@code insteadOfStart}
   */
  public static boolean run(
      Path checkpoints, Callable<?> program, Consumer<StreamingContext> insteadOfStart)
      throws ExecutionException, InterruptedException {
    Rehearsal rehearsal = new Rehearsal(checkpoints, insteadOfStart);
    Thread thread = new Thread(() -> rehearsal.run(program), "sluice-rehearsal");
    thread.setDaemon(true);
    thread.start();
    return rehearsal.over.get();
  }

  private void run(Callable<?> program) {
    CURRENT.set(this);
    try {
      var unused = program.call();
      over.complete(false);
    } catch (Throwable failure) {
      // Of no account if it is the end that the start has brought about.
      over.completeExceptionally(failure);
    }
  }

  /** What the caller's program is part of; null if it really runs. */
  static @Nullable Rehearsal current() {
    return CURRENT.get();
  }

  Path checkpoints() {
    return checkpoints;
  }

  /** The context would start now; does not return. */
  void start(StreamingContext context) {
    try (context) {
      insteadOfStart.accept(context);
      over.complete(true);
    } catch (RuntimeException | Error failure) {
      over.completeExceptionally(failure);
    }
    throw new Over();
  }
}
