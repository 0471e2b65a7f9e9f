package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.japi.pf.PFBuilder;
import akka.stream.KillSwitches;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import io.sluice.api.Function;
import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.receiver.SystemReceiver;
import java.io.Serializable;
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

/**
 * Runs an Akka Streams source, which is pulled only as fast as its elements are stored.
 *
 * @param <E> the elements of the source
 */
final class SourceReceiver<T, E> extends SystemReceiver<T> {

  private static final long serialVersionUID = 2L;
  private static final String NO_SOURCE = "The supplier gave no source but null.";

  /** Records that are pulled while others are being stored, so that threads are not changed for each. */
  private static final int MAX_WAITING = 256;

  private static final long STOP_SECONDS = 30;
  private static final long ACKNOWLEDGE_SECONDS = 60;

  /** Stores elements in their order. */
  private interface Storing<T, E> extends Serializable {
    void store(Receiver<T> receiver, List<E> elements) throws Exception;
  }

  /** The source's failure, in its place behind the records that came before. */
  private record Failed(Throwable cause) {}

  private final SourceSupplier<E> supplier;
  private final Storing<T, E> storing;
  private transient @Nullable UniqueKillSwitch killSwitch;
  private transient @Nullable CompletionStage<Done> ended;

  private SourceReceiver(
      SourceSupplier<E> supplier, Storing<T, E> storing, @Nullable StorageLevel level) {
    super(requireNonNull(level, "Storage level is null; give one, or leave it out."));
    this.supplier = supplier;
    this.storing = storing;
  }

  /** What is stored may be lost with the node until its block is complete. */
  static <T> SourceReceiver<T, T> of(
      @Nullable SourceSupplier<T> supplier, @Nullable StorageLevel level) {
    return new SourceReceiver<>(
        requireNonNull(
            supplier, "The supplier is null; give a function that makes an Akka Streams source."),
        (receiver, elements) -> elements.forEach(receiver::store),
        level);
  }

  /** What was acknowledged is stored and replicated. */
  static <T, C> SourceReceiver<T, Pair<T, C>> acknowledging(
      @Nullable SourceWithContextSupplier<T, C> supplier,
      @Nullable Function<List<C>, CompletionStage<?>> acknowledge,
      @Nullable StorageLevel level) {
    SourceWithContextSupplier<T, C> source = requireNonNull(
        supplier, "The supplier is null; give a function that makes an Akka Streams source.");
    Function<List<C>, CompletionStage<?>> acknowledged = requireNonNull(
        acknowledge, "The acknowledgement is null; give a function of what is stored.");
    return new SourceReceiver<>(
        () -> requireNonNull(source.get(), NO_SOURCE).asSource(),
        (receiver, elements) -> {
          receiver.store(elements.stream().map(Pair::first).toList());
          acknowledge(acknowledged, elements.stream().map(Pair::second).toList());
        },
        level);
  }

  private static <C> void acknowledge(
      Function<List<C>, CompletionStage<?>> acknowledge, List<C> contexts) throws Exception {
    try {
      acknowledge.call(contexts).toCompletableFuture().get(ACKNOWLEDGE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException refused) {
      throw new IllegalStateException(
          "What is stored cannot be acknowledged: " + refused.getCause(), refused.getCause());
    } catch (TimeoutException late) {
      throw new IllegalStateException(
          "What is stored was not acknowledged within " + ACKNOWLEDGE_SECONDS + " s", late);
    }
  }

  @Override
  public void onStart() throws Exception {
    Source<E, ?> source = requireNonNull(supplier.get(), NO_SOURCE);
    ExecutorService threads = Executors.newSingleThreadExecutor(task -> {
      Thread thread = new Thread(task, "sluice-source");
      thread.setDaemon(true);
      return thread;
    });
    Pair<UniqueKillSwitch, CompletionStage<Done>> running = source
        .viaMat(KillSwitches.<E>single(), Keep.right())
        .<Object>map(record -> record)
        .recover(new PFBuilder<Throwable, Object>().matchAny(Failed::new).build())
        .batch(MAX_WAITING, SourceReceiver::listOf, SourceReceiver::append)
        .mapAsync(1, records -> CompletableFuture.supplyAsync(() -> storeAll(records), threads))
        .toMat(Sink.ignore(), Keep.both())
        .run(materializer());
    killSwitch = running.first();
    ended = running.second().whenComplete((done, failure) -> {
      threads.shutdown();
      if (!isStopped()) {
        leave(failure);
      } else if (failure != null) {
        reportError("The source failed while it was ended", failure);
      }
    });
  }

  /** Made on another thread if this source is the first of its actor system: were it interrupted meanwhile, no other could ever run there. */
  private Materializer materializer() throws Exception {
    ActorSystem<?> on = system();
    return CompletableFuture.supplyAsync(() -> SystemMaterializer.get(on).materializer())
        .get();
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

  private Done storeAll(List<Object> elements) {
    Object last = elements.get(elements.size() - 1);
    List<E> all = Functions.cast(
        last instanceof Failed ? elements.subList(0, elements.size() - 1) : elements);
    try {
      if (!all.isEmpty()) {
        storing.store(this, all);
      }
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new CompletionException(failure);
    }
    if (last instanceof Failed source) {
      throw new CompletionException(source.cause);
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
