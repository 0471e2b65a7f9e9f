package examples;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.sluice.ActorStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;

/** Counts what an actor sends, and tells another actor, on the program's own actor system. */
public final class ActorInActorOut {

  private ActorInActorOut() {}

  public static void main(String[] args) throws InterruptedException {
    ActorSystem<Pair<String, Long>> system = ActorSystem.create(printer(), "examples");
    try (StreamingContext context =
        StreamingContext.on(system, "ActorInActorOut", Duration.ofMillis(200))) {
      context.<String>actorStream("words").countByValue().toActor(system);
      context.start();
      var unused = context
          .<String>actorStreamRef("words")
          .thenAccept(words -> system.systemActorOf(sender(words, args), "sender", Props.empty()));
      context.awaitTermination();
    } finally {
      system.terminate();
    }
  }

  /** Sends a word when the one before is stored. */
  private static Behavior<ActorStream.Reply> sender(
      ActorRef<ActorStream.Message<String>> words, String[] toSend) {
    return Behaviors.setup(context -> sending(context, words, toSend, 0));
  }

  private static Behavior<ActorStream.Reply> sending(
      ActorContext<ActorStream.Reply> context,
      ActorRef<ActorStream.Message<String>> words,
      String[] toSend,
      int next) {
    if (next == toSend.length) {
      return Behaviors.stopped();
    }
    words.tell(ActorStream.one(toSend[next], context.getSelf()));
    return Behaviors.receiveMessage(stored -> sending(context, words, toSend, next + 1));
  }

  private static Behavior<Pair<String, Long>> printer() {
    return Behaviors.receiveMessage(count -> {
      System.out.println(count.key() + " came " + count.value() + " times");
      return Behaviors.same();
    });
  }
}
