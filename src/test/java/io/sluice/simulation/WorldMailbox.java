package io.sluice.simulation;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.Envelope;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.ProducesMessageQueue;
import akka.dispatch.UnboundedMessageQueueSemantics;
import com.typesafe.config.Config;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import scala.Option;

/** Sends what comes from another node over the world's network. */
public final class WorldMailbox implements MailboxType, ProducesMessageQueue<WorldMailbox.Queue> {

  /** Called by Akka. */
  public WorldMailbox(ActorSystem.Settings settings, Config config) {}

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    World world = World.current();
    return new Queue(
        world, world == null ? null : nodeOf(world, owner.get().path().name()));
  }

  /** An actor of the first level is made by the system, some time after it was asked for. */
  private static @Nullable SimulatedNode nodeOf(World world, String actor) {
    if (world.here() != null) {
      return world.here();
    }
    boolean drives = actor.startsWith("sluice-context-");
    return world.owner(drives ? driver(actor.substring(actor.lastIndexOf('-') + 1)) : actor);
  }

  /** Names the driver of an epoch. */
  static String driver(String epoch) {
    return "driver of epoch " + epoch;
  }

  /** What waits for an actor, which belongs to the node that made it. */
  public static final class Queue implements MessageQueue, UnboundedMessageQueueSemantics {
    private final java.util.Queue<Envelope> waiting = new ConcurrentLinkedQueue<>();
    private final @Nullable World world;
    private final @Nullable SimulatedNode node;

    Queue(@Nullable World world, @Nullable SimulatedNode node) {
      this.world = world;
      this.node = node;
    }

    @Nullable
    SimulatedNode node() {
      return node;
    }

    @Override
    public void enqueue(ActorRef receiver, Envelope envelope) {
      World mine = world;
      SimulatedNode to = node;
      SimulatedNode from = mine == null ? null : mine.here();
      if (mine == null || from == null || to == null || from == to) {
        waiting.add(envelope);
        return;
      }
      String label = Messages.label(envelope.message());
      mine.before(from, label);
      Runnable delivery = () -> {
        Messages.delivered(envelope.message());
        receiver.tell(envelope.message(), envelope.sender());
      };
      int copies = Messages.mayGoWrong(envelope.message()) ? mine.copies() : 1;
      for (int copy = 0; copy < copies; copy++) {
        mine.send(from, to, "messages", label, delivery);
      }
    }

    @Override
    public Envelope dequeue() {
      Envelope next = waiting.poll();
      if (next != null && world != null && node != null) {
        world.handling(Messages.label(next.message()));
      }
      return next;
    }

    @Override
    public int numberOfMessages() {
      return waiting.size();
    }

    @Override
    public boolean hasMessages() {
      return !waiting.isEmpty();
    }

    @Override
    public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
      waiting.clear();
    }
  }
}
