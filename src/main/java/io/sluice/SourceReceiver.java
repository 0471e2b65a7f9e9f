package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.Done;
import akka.japi.Pair;
import akka.japi.pf.PFBuilder;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import io.sluice.api.StorageLevel;
import io.sluice.receiver.SystemReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs an Akka Streams source, which is pulled only as fast as its records are stored. */
final class SourceReceiver<T> extends SystemReceiver<T> {

  private static final long serialVersionUID = 1L;

  /** Records that are pulled while others are being stored, so that threads are not changed for each. */
  private static final int MAX_WAITING = 256;

  private static final long STOP_SECONDS = 30;

  /** The source's failure, in its place behind the records that came before. */
  private record Failed(Throwable cause) {}

  private final SourceSupplier<T> supplier;
  private transient @Nullable UniqueKillSwitch killSwitch;
  private transient @Nullable CompletionStage<Done> ended;

  SourceReceiver(SourceSupplier<T> supplier, StorageLevel level) {
    super(requireNonNull(level, "Storage level is null; give one, or leave it out."));
    this.supplier = requireNonNull(
        supplier, "The supplier is null; give a function that makes an Akka Streams source.");
  }

  @Override
  public void onStart() throws Exception {
    Source<T, ?> source = requireNonNull(supplier.get(), "The supplier gave no source but null.");
    ExecutorService storing = Executors.newSingleThreadExecutor(task -> {
      Thread thread = new Thread(task, "sluice-source");
      thread.setDaemon(true);
      return thread;
    });
    Pair<UniqueKillSwitch, CompletionStage<Done>> running = source
        .viaMat(KillSwitches.<T>single(), Keep.right())
        .<Object>map(record -> record)
        .recover(new PFBuilder<Throwable, Object>().matchAny(Failed::new).build())
        .batch(MAX_WAITING, SourceReceiver::listOf, SourceReceiver::append)
        .mapAsync(1, records -> CompletableFuture.supplyAsync(() -> storeAll(records), storing))
        .toMat(Sink.ignore(), Keep.both())
        .run(system());
    killSwitch = running.first();
    ended = running.second().whenComplete((done, failure) -> {
      storing.shutdown();
      if (!isStopped()) {
        leave(failure);
      } else if (failure != null) {
        reportError("The source failed while it was ended", failure);
      }
    });
  }

  private void leave(@Nullable Throwable failure) {
    if (failure == null) {
      stop("The source has completed");
    } else {
      boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
      restart("The source failed", wrapped ? failure.getCause() : failure);
    }
  }

  /** What was pulled is stored before the receiver ends. */
  @Override
  public void onStop() throws InterruptedException {
    UniqueKillSwitch running = killSwitch;
    CompletionStage<Done> done = ended;
    if (running == null || done == null) {
      return;
    }
    running.shutdown();
    try {
      done.toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException reported) {
      // It has told of it itself.
    } catch (TimeoutException late) {
      reportError("The source did not end within " + STOP_SECONDS + " s", late);
    }
  }

  private Done storeAll(List<Object> records) {
    for (Object record : records) {
      if (record instanceof Failed failed) {
        throw new CompletionException(failed.cause);
      }
      T own = Functions.cast(record);
      store(own);
    }
    return Done.getInstance();
  }

  private static List<Object> listOf(Object first) {
    return append(new ArrayList<>(), first);
  }

  private static List<Object> append(List<Object> records, Object next) {
    records.add(next);
    return records;
  }
}
