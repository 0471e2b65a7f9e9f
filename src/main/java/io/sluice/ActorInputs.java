package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The streams of a context that actors send to. */
final class ActorInputs {

  private final String context;
  private final Set<String> names = new TreeSet<>();

  /** What the finder of a stream's actor hears. */
  private sealed interface Command {}

  private record Listed(Receptionist.Listing listing) implements Command {}

  private record GiveUp() implements Command {}

  ActorInputs(String context) {
    this.context = context;
  }

  <T> ActorReceiver<T> receiver(String name, StorageLevel level) {
    requireNonNull(name, "Name of the actor stream is null; give one of letters and digits.");
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
      throw new IllegalArgumentException(
          "Name of the actor stream '" + name
              + "' must consist of letters, digits, '-', '_' and '.', and begin with a letter or digit.");
    }
    ActorReceiver<T> receiver = new ActorReceiver<>(context, name, level);
    if (!names.add(name)) {
      throw new IllegalArgumentException("There is an actor stream named '" + name
          + "' already. Give each a name of its own, or use the one stream twice.");
    }
    return receiver;
  }

  /**
   * The actor of a stream, as soon as its receiver runs.
   *
   * @param stopped is done when the context has ended
   */
  <T> CompletionStage<ActorRef<ActorStream.Message<T>>> find(
      String name, ActorSystem<?> system, CompletionStage<Void> stopped) {
    if (!names.contains(name)) {
      throw new IllegalArgumentException("There is no actor stream named '" + name
          + "'; the names are " + names + ". Call actorStream first.");
    }
    CompletableFuture<ActorRef<ActorStream.Message<T>>> found = new CompletableFuture<>();
    ActorRef<Command> finder = system.systemActorOf(
        finder(ActorStream.key(context, name), found),
        "sluice-find-%s-%s-%x".formatted(context, name, System.nanoTime()),
        Props.empty());
    var unused = stopped.whenComplete((done, failure) -> finder.tell(new GiveUp()));
    return found;
  }

  private static <T> Behavior<Command> finder(
      ServiceKey<ActorStream.Message<T>> key,
      CompletableFuture<ActorRef<ActorStream.Message<T>>> found) {
    return Behaviors.setup(actor -> {
      ActorRef<Receptionist.Listing> listings =
          actor.messageAdapter(Receptionist.Listing.class, Listed::new);
      actor.getSystem().receptionist().tell(Receptionist.subscribe(key, listings));
      return Behaviors.receive(Command.class)
          .onMessage(
              Listed.class,
              listed -> listed.listing().getServiceInstances(key).stream()
                  .findFirst()
                  .map(ref -> {
                    found.complete(ref);
                    return Behaviors.<Command>stopped();
                  })
                  .orElse(Behaviors.same()))
          .onMessage(GiveUp.class, giveUp -> Behaviors.stopped())
          .onSignal(PostStop.class, stopped -> {
            found.completeExceptionally(new SluiceException(
                ErrorCode.CONTEXT_STOPPED, "The context was stopped before its stream ran."));
            return Behaviors.same();
          })
          .build();
    });
  }
}
