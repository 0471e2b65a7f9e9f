package io.sluice;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.pattern.StatusReply;
import io.sluice.api.ErrorCode;
import io.sluice.api.Function2;
import io.sluice.api.SluiceException;
import io.sluice.plan.Millis;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks an actor to take records, and waits until it has acknowledged all.
 *
 * @param message makes what the actor is sent, of a record and whom to answer
 */
record ActorOutput<T, M, A>(
    ActorSystem<?> system,
    ActorRef<M> actor,
    Function2<T, ActorRef<A>, M> message,
    Duration timeout) {

  private static final int UNANSWERED = 1000;

  void feed(Iterator<T> records) throws Exception {
    Queue<CompletableFuture<A>> answers = new ArrayDeque<>();
    while (records.hasNext()) {
      if (answers.size() == UNANSWERED) {
        await(answers.remove());
      }
      answers.add(ask(records.next()));
    }
    for (CompletableFuture<A> answer : answers) {
      await(answer);
    }
  }

  private CompletableFuture<A> ask(T record) {
    return AskPattern.<M, A>ask(
            actor, replyTo -> message.call(record, replyTo), timeout, system.scheduler())
        .toCompletableFuture();
  }

  private void await(CompletableFuture<A> answer) throws InterruptedException {
    try {
      if (answer.get() instanceof StatusReply<?> status && status.isError()) {
        throw failed("refused a record: " + status.getError().getMessage(), status.getError());
      }
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      throw cause instanceof TimeoutException
          ? failed(
              "did not acknowledge a record within %s. It must answer every message; give toActor a longer time-out if it is only slow"
                  .formatted(Millis.text(timeout)),
              cause)
          : failed("could not be asked: " + cause, cause);
    }
  }

  private SluiceException failed(String what, @Nullable Throwable cause) {
    return new SluiceException(
        ErrorCode.DRIVER_FUNCTION_FAILED, "Actor %s %s.".formatted(actor.path(), what), cause);
  }
}
