package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.sluice.task.TaskWorker;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A node that works for every context of its cluster: finds their drivers and gives each a worker. */
final class NodeActor extends AbstractBehavior<NodeActor.Command> {

  /** What a node hears. */
  sealed interface Command {}

  private record Drivers(Set<ActorRef<TaskWorker.Event>> refs) implements Command {}

  private record Left(Member member) implements Command {}

  private static final String DRIVER_ROLE = "driver";

  private final TaskWorker.Host host;
  private final Runnable lastDriverLeft;
  private final Map<ActorRef<TaskWorker.Event>, ActorRef<TaskWorker.Command>> workers =
      new HashMap<>();
  private int numbers;

  /**
   * A node that finds drivers.
   *
   * @param lastDriverLeft called when a member of role "driver" has left and no other is there
   */
  static Behavior<Command> create(TaskWorker.Host host, Runnable lastDriverLeft) {
    return Behaviors.setup(context -> new NodeActor(context, host, lastDriverLeft));
  }

  private NodeActor(ActorContext<Command> context, TaskWorker.Host host, Runnable lastDriverLeft) {
    super(context);
    this.host = host;
    this.lastDriverLeft = lastDriverLeft;
    ActorRef<ClusterEvent.MemberRemoved> removals = context.messageAdapter(
        ClusterEvent.MemberRemoved.class, removed -> new Left(removed.member()));
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(Subscribe.create(removals, ClusterEvent.MemberRemoved.class));
    ActorRef<Receptionist.Listing> listings = context.messageAdapter(
        Receptionist.Listing.class,
        listing -> new Drivers(listing.getAllServiceInstances(Discovery.DRIVERS)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(Discovery.DRIVERS, listings));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Drivers.class, this::onDrivers)
        .onMessage(Left.class, this::onLeft)
        .build();
  }

  private Behavior<Command> onLeft(Left left) {
    boolean none = true;
    for (Member member : Cluster.get(getContext().getSystem()).state().getMembers()) {
      none = none && (!member.hasRole(DRIVER_ROLE) || member.equals(left.member()));
    }
    if (none && left.member().hasRole(DRIVER_ROLE)) {
      lastDriverLeft.run();
    }
    return Behaviors.same();
  }

  /** A worker lives as long as its driver is listed; one that was refused is not made again. */
  private Behavior<Command> onDrivers(Drivers drivers) {
    for (ActorRef<TaskWorker.Event> driver : drivers.refs()) {
      if (!workers.containsKey(driver)) {
        workers.put(
            driver, getContext().spawn(TaskWorker.create(driver, host), "worker-" + ++numbers));
      }
    }
    workers.keySet().retainAll(drivers.refs());
    return Behaviors.same();
  }
}
