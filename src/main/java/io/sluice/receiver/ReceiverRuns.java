package io.sluice.receiver;

import akka.actor.typed.ActorSystem;
import io.sluice.api.ErrorCode;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.block.Block;
import io.sluice.block.Lines;
import io.sluice.plan.Closure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The runs of one receiver on one worker, one after the other, each with a fresh copy of the user's object. */
final class ReceiverRuns {

  /** What a run has to tell; called from any thread. */
  interface Listener {
    void started();

    void restart(String reason, @Nullable Throwable cause, @Nullable Duration delay);

    void stop(String reason);

    void error(String message, @Nullable Throwable cause);
  }

  private final ReceiverSupervisor.Assignment assignment;
  private final ActorSystem<?> system;
  private final ClassLoader loader;
  private final BlockWriter writer;
  private final Listener listener;
  private final BlockBuilder builder;
  private final Throttle throttle;
  private final ReceiverThreads threads;
  private final ScheduledExecutorService callbacks;
  private final ScheduledExecutorService clock;
  private volatile @Nullable Run current;
  private volatile boolean over;

  ReceiverRuns(
      ReceiverSupervisor.Assignment assignment,
      ActorSystem<?> system,
      ClassLoader loader,
      BlockWriter writer,
      Listener listener,
      ReceiverThreads threads) {
    this.assignment = assignment;
    this.threads = threads;
    this.system = system;
    this.loader = loader;
    this.writer = writer;
    this.listener = listener;
    this.builder = new BlockBuilder(assignment.blockBytes(), writer::write);
    this.throttle = new Throttle(assignment.maxRate(), assignment.rate(), threads::nanoTime);
    String thread = "sluice-receiver-" + assignment.stream();
    this.callbacks = threads.thread(thread);
    this.clock = threads.thread(thread + "-blocks");
    long ageNanos = TimeUnit.MILLISECONDS.toNanos(assignment.blockMillis());
    long everyNanos = Math.max(ageNanos / 2, 500_000);
    var unused = clock.scheduleAtFixedRate(
        () -> flushIfOlder(ageNanos), everyNanos, everyNanos, TimeUnit.NANOSECONDS);
  }

  Throttle throttle() {
    return throttle;
  }

  void start() {
    callbacks.execute(this::startRun);
  }

  /** Ends the current run; {@code then} is called when it has ended. */
  void endRun(Runnable then) {
    callbacks.execute(() -> {
      stopRun();
      then.run();
    });
  }

  /** Ends the current run and stores what is left. */
  void endForGood(Runnable then) {
    throttle.open();
    callbacks.execute(() -> {
      stopRun();
      clock.shutdown();
      try {
        builder.close();
      } catch (RuntimeException failure) {
        listener.error("The last block could not be stored", failure);
      }
      over = true;
      then.run();
    });
  }

  boolean isOver() {
    return over;
  }

  /** Lets go of all threads; what is not stored is lost. */
  void abandon() {
    throttle.open();
    clock.shutdownNow();
    callbacks.shutdownNow();
    // The thread of callbacks may wait for something that no longer comes.
    Run run = current;
    if (run != null) {
      run.stopped = true;
      ScheduledExecutorService last =
          threads.thread("sluice-receiver-" + assignment.stream() + "-end");
      last.execute(() -> end(run));
      last.shutdown();
    }
  }

  private void startRun() {
    try {
      Receiver<?> receiver = (Receiver<?>) Closure.read(assignment.receiver(), loader);
      writer.level(receiver.storageLevel());
      if (receiver instanceof SystemReceiver<?> onSystem) {
        onSystem.runOn(system, writer.codec());
      }
      Run run = new Run(receiver);
      current = run;
      receiver.attach(run);
      receiver.onStart();
      listener.started();
    } catch (Exception | LinkageError | AssertionError failure) {
      listener.restart("onStart failed", failure, null);
    }
  }

  private void stopRun() {
    Run run = current;
    current = null;
    if (run != null) {
      run.stopped = true;
      end(run);
    }
  }

  private void end(Run run) {
    try {
      run.receiver.onStop();
    } catch (Exception | LinkageError | AssertionError failure) {
      listener.error("onStop failed", failure);
    }
  }

  private void flushIfOlder(long ageNanos) {
    try {
      builder.flushIfOlder(threads.nanoTime(), ageNanos);
    } catch (RuntimeException failure) {
      listener.error("A block could not be stored", failure);
    }
  }

  /** One life of the user's object. */
  private final class Run implements Receiver.Supervisor {
    private final Receiver<?> receiver;
    private volatile boolean stopped;

    Run(Receiver<?> receiver) {
      this.receiver = receiver;
    }

    @Override
    public void store(Object record) {
      throttle.take(1);
      builder.add(record, threads.nanoTime());
    }

    @Override
    public void storeBytes(ByteBuffer lines) {
      int end = lines.limit();
      while (throttle.limits() && lines.hasRemaining()) {
        int count = Lines.limit(lines, throttle.piece(assignment.blockMillis()));
        throttle.take(count);
        builder.add(lines, threads.nanoTime());
        lines.limit(end);
      }
      if (lines.hasRemaining()) {
        builder.add(lines, threads.nanoTime());
      }
    }

    @Override
    public void storeEncoded(ByteBuffer bytes, int records) {
      throttle.take(records);
      byte[] tagged = new byte[bytes.remaining() + 1];
      bytes.get(tagged, 1, bytes.remaining());
      await(builder.addBlock(
          () -> writer.write(Block.Encoded.of(tagged, records), OptionalLong.empty())));
    }

    @Override
    public void storeBlock(List<?> records, OptionalLong position) {
      throttle.take(records.size());
      await(builder.addBlock(() -> writer.write(Block.Records.of(records), position)));
    }

    private void await(CompletableFuture<Void> done) {
      try {
        threads.await(done);
        done.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new SluiceException(
            ErrorCode.CONTEXT_STOPPED, "Interrupted while storing a block", interrupted);
      } catch (CompletionException failure) {
        if (failure.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw failure;
      }
    }

    @Override
    public OptionalLong position() {
      return writer.position();
    }

    @Override
    public void restart(String reason, @Nullable Throwable cause, @Nullable Duration delay) {
      if (!stopped) {
        stopped = true;
        listener.restart(reason, cause, delay);
      }
    }

    @Override
    public void stop(String reason) {
      listener.stop(reason);
    }

    @Override
    public void reportError(String message, @Nullable Throwable cause) {
      listener.error(message, cause);
    }

    @Override
    public boolean isStopped() {
      return stopped;
    }
  }
}
