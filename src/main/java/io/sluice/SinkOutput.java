package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceQueueWithComplete;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An Akka Streams sink that is fed by the batches of a stream, from the start of a context to its end. */
final class SinkOutput<T> {

  private static final Logger log = LoggerFactory.getLogger(SinkOutput.class);
  private static final int RECORDS_AT_ONCE = 256;
  private static final long END_SECONDS = 10;

  private final Sink<T, ?> sink;
  private @Nullable SourceQueueWithComplete<List<T>> queue;
  private @Nullable CompletionStage<Done> fed;
  private @Nullable CompletionStage<?> ended;

  SinkOutput(Sink<T, ?> sink) {
    this.sink = sink;
  }

  /**
   * Runs the sink.
   *
   * @param stopped ends it, with the failure if there is one
   */
  void open(ActorSystem<?> system, CompletionStage<Void> stopped) {
    // Without a buffer an offer is accepted when the sink asks for more, not before.
    Pair<Pair<SourceQueueWithComplete<List<T>>, CompletionStage<Done>>, ?> running =
        Source.<List<T>>queue(0, OverflowStrategy.backpressure())
            .mapConcat(records -> records)
            .watchTermination(Keep.both())
            .toMat(sink, Keep.both())
            .run(system);
    SourceQueueWithComplete<List<T>> opened = running.first().first();
    queue = opened;
    fed = running.first().second();
    ended = running.second() instanceof CompletionStage<?> result ? result : fed;
    var unused = stopped.whenComplete((done, failure) -> {
      if (failure == null) {
        opened.complete();
      } else {
        opened.fail(failure);
      }
    });
  }

  /** Returns when the sink has taken all records and asks for more. */
  void feed(Iterator<T> records) throws InterruptedException {
    while (records.hasNext()) {
      List<T> some = new ArrayList<>();
      while (records.hasNext() && some.size() < RECORDS_AT_ONCE) {
        some.add(records.next());
      }
      offer(some);
    }
    offer(List.of());
  }

  private void offer(List<T> records) throws InterruptedException {
    SourceQueueWithComplete<List<T>> opened = requireNonNull(queue, "The sink does not run");
    CompletionStage<Done> over = requireNonNull(fed, "The sink does not run");
    try {
      if (opened.offer(records).toCompletableFuture().get().isEnqueued()) {
        return;
      }
    } catch (ExecutionException detached) {
      log.debug("Records were offered to a sink that has ended", detached);
    }
    try {
      over.toCompletableFuture().get();
    } catch (ExecutionException failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "The sink failed: %s. Records of this batch may have reached it; let it recover by itself, for example in a RestartSink."
              .formatted(failure.getCause()),
          failure.getCause());
    }
    throw new SluiceException(
        ErrorCode.DRIVER_FUNCTION_FAILED,
        "The sink has ended before the stream. A sink of toSink must take records until the context stops.");
  }

  /** Waits a while until the sink has ended, which {@code stopped} has told it to do. */
  void awaitEnd() {
    CompletionStage<?> end = ended;
    if (end == null) {
      return;
    }
    try {
      end.toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException failed) {
      log.debug("A sink ended with a failure", failed.getCause());
    } catch (TimeoutException late) {
      log.warn("A sink has not ended [{}] s after its context", END_SECONDS);
    }
  }
}
