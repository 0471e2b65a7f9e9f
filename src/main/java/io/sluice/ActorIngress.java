package io.sluice;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/** Takes the records of senders for the thread that stores them, and refuses them when too many wait. */
final class ActorIngress<T> extends AbstractBehavior<ActorStream.Message<T>> {

  private static final int MAX_WAITING = 1000;

  private final BlockingQueue<ActorStream.Message<T>> waiting;
  private final Consumer<String> failed;

  /**
   * @param failed hears of streams of senders that failed
   */
  static <T> Behavior<ActorStream.Message<T>> create(
      ServiceKey<ActorStream.Message<T>> key,
      BlockingQueue<ActorStream.Message<T>> waiting,
      Consumer<String> failed) {
    return Behaviors.setup(context -> {
      context.getSystem().receptionist().tell(Receptionist.register(key, context.getSelf()));
      return new ActorIngress<>(context, waiting, failed);
    });
  }

  private ActorIngress(
      ActorContext<ActorStream.Message<T>> context,
      BlockingQueue<ActorStream.Message<T>> waiting,
      Consumer<String> failed) {
    super(context);
    this.waiting = waiting;
    this.failed = failed;
  }

  @Override
  public Receive<ActorStream.Message<T>> createReceive() {
    // The builder's table goes by class, which says nothing of T.
    return newReceiveBuilder()
        .onAnyMessage(this::onMessage)
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  /** Whatever ended it, the thread that stores must know. */
  private Behavior<ActorStream.Message<T>> onPostStop() {
    waiting.add(new ActorStream.End<>());
    return Behaviors.same();
  }

  private Behavior<ActorStream.Message<T>> onMessage(ActorStream.Message<T> message) {
    if (message instanceof ActorStream.Records<T> records) {
      return pass(records, records.replyTo());
    } else if (message instanceof ActorStream.Encoded<T> records) {
      return pass(records, records.replyTo());
    } else if (message instanceof ActorStream.Init<T> init) {
      init.replyTo().tell(new ActorStream.Stored());
    } else if (message instanceof ActorStream.Failure<T> failure) {
      failed.accept(failure.reason());
    } else if (message instanceof ActorStream.End<T>) {
      return Behaviors.stopped();
    }
    return Behaviors.same();
  }

  private Behavior<ActorStream.Message<T>> pass(
      ActorStream.Message<T> records, ActorRef<ActorStream.Reply> replyTo) {
    if (waiting.size() < MAX_WAITING) {
      waiting.add(records);
    } else {
      replyTo.tell(
          new ActorStream.Refused(
              MAX_WAITING
                  + " messages wait to be stored. Send the next one when the last is answered, and this one again later."));
    }
    return Behaviors.same();
  }
}
