package io.sluice;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.plan.Message;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Answers other nodes what the operators of a context remember, a few at a time, on the driver's node. */
final class StateDesk {

  /** Each waits for a slot: more at a time would slow batches. */
  private static final int AT_A_TIME = 4;

  private static final int IDLE_SECONDS = 10;

  /** What the desk hears. */
  sealed interface Command extends Message {}

  /**
   * A question.
   *
   * @param key encoded as a record; empty for a scan
   * @param most so many pairs at most
   * @param patienceMillis nobody waits for the answer any longer
   */
  record Question(
      String operator, byte[] key, int most, long patienceMillis, ActorRef<Reply> replyTo)
      implements Command {}

  /** The context has ended. */
  private record Close() implements Command {}

  /** What whoever asks hears. */
  sealed interface Reply extends Message {}

  /**
   * Pairs that were found.
   *
   * @param pairs encoded as records
   */
  record Found(long batchMillis, byte[] pairs) implements Reply {}

  /** There is no answer to this question. */
  record Wrong(String reason) implements Reply {}

  /** The answer could not be found. */
  record Failed(ErrorCode code, String reason) implements Reply {}

  private final StreamingContext context;
  private final long longest;

  private StateDesk(StreamingContext context, long longest) {
    this.context = context;
    this.longest = longest;
  }

  /** Under what the receptionist knows the desks of contexts with a name. */
  static ServiceKey<Command> key(String context) {
    return ServiceKey.create(Command.class, "sluice-state/" + context);
  }

  /**
   * Opens one on the node of the driver.
   *
   * @return closes it
   */
  static AutoCloseable open(StreamingContext context) {
    ActorSystem<?> system = context.system();
    StateDesk desk =
        new StateDesk(context, RemoteFrame.dataBytes(system.settings().config()));
    ActorRef<Command> actor = system.systemActorOf(
        desk.hearing(),
        "sluice-state-%s-%x".formatted(context.name(), System.nanoTime()),
        Props.empty());
    return () -> actor.tell(new Close());
  }

  private Behavior<Command> hearing() {
    return Behaviors.setup(actor -> {
      ExecutorService threads = threads();
      actor
          .getSystem()
          .receptionist()
          .tell(Receptionist.register(key(context.name()), actor.getSelf()));
      return Behaviors.receive(Command.class)
          .onMessage(Question.class, question -> {
            long heard = System.nanoTime();
            threads.execute(() -> answer(question, heard));
            return Behaviors.same();
          })
          .onMessage(Close.class, close -> Behaviors.stopped())
          .onSignal(PostStop.class, stopped -> {
            threads.shutdown();
            return Behaviors.same();
          })
          .build();
    });
  }

  private static ExecutorService threads() {
    ThreadPoolExecutor threads = new ThreadPoolExecutor(
        AT_A_TIME, AT_A_TIME, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
          Thread thread = new Thread(task, "sluice-state");
          thread.setDaemon(true);
          return thread;
        });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private void answer(Question question, long heardNanos) {
    long waitedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
    if (waitedMillis <= question.patienceMillis()) {
      question.replyTo().tell(reply(question));
    }
  }

  private Reply reply(Question question) {
    try {
      return found(question);
    } catch (IllegalArgumentException wrong) {
      return new Wrong(String.valueOf(wrong.getMessage()));
    } catch (SluiceException failure) {
      return new Failed(failure.code(), String.valueOf(failure.getMessage()));
    } catch (RuntimeException defect) {
      return new Failed(ErrorCode.INTERNAL, defect.toString());
    }
  }

  private Reply found(Question question) {
    StateReader<Object, Object> state = context.stateOf(question.operator());
    StateQuery.Answer<List<Pair<Object, Object>>> answer = question.key().length == 0
        ? state.scan(question.most())
        : state.get(context.codec().decode(question.key()).get(0));
    byte[] pairs = context.codec().encode(answer.value());
    if (pairs.length > longest) {
      throw new IllegalArgumentException(
          "%d pairs of '%s' take %d bytes; a message to another node can have %d. Ask for fewer, or raise %s on all nodes."
              .formatted(
                  answer.value().size(),
                  question.operator(),
                  pairs.length,
                  longest,
                  RemoteFrame.SETTING));
    }
    return new Found(answer.batchTime().toEpochMilli(), pairs);
  }
}
