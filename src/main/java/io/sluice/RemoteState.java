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
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What an operator of a context remembers, asked of its driver from another node. */
final class RemoteState<K, V> implements StateReader<K, V> {

  /** What a call hears. */
  private sealed interface Command {}

  private record Listed(Set<ActorRef<StateDesk.Command>> desks) implements Command {}

  private record Replied(StateDesk.Reply reply) implements Command {}

  private record GiveUp() implements Command {}

  private final ActorSystem<?> system;
  private final String context;
  private final String operator;
  private final Duration patience;
  private final RecordCodec codec = new RecordCodec(ProgramJars.loader());

  RemoteState(ActorSystem<?> system, String context, String operator, Duration patience) {
    this.system = system;
    this.context = context;
    this.operator = operator;
    this.patience = patience;
  }

  @Override
  public StateQuery.Answer<List<Pair<K, V>>> get(K key) {
    return ask(codec.encode(Collections.singletonList(key)), 1);
  }

  @Override
  public StateQuery.Answer<List<Pair<K, V>>> scan(int most) {
    return ask(new byte[0], most);
  }

  @SuppressWarnings("unchecked")
  private StateQuery.Answer<List<Pair<K, V>>> ask(byte[] key, int most) {
    CompletableFuture<StateDesk.Reply> replied = new CompletableFuture<>();
    ActorRef<Command> unused = system.systemActorOf(
        asking(key, most, replied), "sluice-ask-%x".formatted(System.nanoTime()), Props.empty());
    StateDesk.Reply reply = await(replied);
    if (reply instanceof StateDesk.Found found) {
      return new StateQuery.Answer<>(Instant.ofEpochMilli(found.batchMillis()), (List<Pair<K, V>>)
          (List<?>) codec.decode(found.pairs()));
    } else if (reply instanceof StateDesk.Failed failed) {
      throw new SluiceException(failed.code(), failed.reason());
    }
    throw new IllegalArgumentException(((StateDesk.Wrong) reply).reason());
  }

  /** Asks every driver as soon as it is listed; the first answer counts. */
  private Behavior<Command> asking(
      byte[] key, int most, CompletableFuture<StateDesk.Reply> replied) {
    return Behaviors.setup(actor -> {
      ServiceKey<StateDesk.Command> desks = StateDesk.key(context);
      ActorRef<StateDesk.Reply> replies = actor.messageAdapter(StateDesk.Reply.class, Replied::new);
      StateDesk.Question question =
          new StateDesk.Question(operator, key, most, patience.toMillis(), replies);
      Set<ActorRef<StateDesk.Command>> asked = new HashSet<>();
      actor
          .getSystem()
          .receptionist()
          .tell(Receptionist.subscribe(
              desks,
              actor.messageAdapter(
                  Receptionist.Listing.class,
                  listing -> new Listed(listing.getServiceInstances(desks)))));
      actor.scheduleOnce(patience, actor.getSelf(), new GiveUp());
      return Behaviors.receive(Command.class)
          .onMessage(Listed.class, listed -> {
            asked.retainAll(listed.desks());
            listed.desks().stream().filter(asked::add).forEach(desk -> desk.tell(question));
            return Behaviors.same();
          })
          .onMessage(Replied.class, answer -> {
            replied.complete(answer.reply());
            return Behaviors.stopped();
          })
          .onMessage(GiveUp.class, giveUp -> Behaviors.stopped())
          .onSignal(PostStop.class, stopped -> {
            // Nobody has answered in time, or this node ends.
            replied.completeExceptionally(unheard(asked.isEmpty()));
            return Behaviors.same();
          })
          .build();
    });
  }

  private SluiceException unheard(boolean notThere) {
    return new SluiceException(
        ErrorCode.NODE_UNREACHABLE,
        notThere
            ? "No driver of a context named '%s' is known to %s after %d ms. Check the name, and that the context runs in this cluster."
                .formatted(context, system.address().hostPort(), patience.toMillis())
            : "The driver of context '%s' has not answered in %d ms what '%s' remembers. It may wait for workers, or be about to be replaced: try again, or wait longer."
                .formatted(context, patience.toMillis(), operator));
  }

  private static StateDesk.Reply await(CompletableFuture<StateDesk.Reply> replied) {
    try {
      return replied.join();
    } catch (CompletionException failure) {
      throw failure.getCause() instanceof SluiceException known
          ? new SluiceException(known.code(), String.valueOf(known.getMessage()), known)
          : failure;
    }
  }
}
