package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.sluice.task.TaskWorker;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A node that works for every context of its cluster: finds their drivers and gives each a worker. */
final class NodeActor extends AbstractBehavior<NodeActor.Command> {

  /** What a node hears. */
  sealed interface Command {}

  private record Drivers(Set<ActorRef<TaskWorker.Event>> refs) implements Command {}

  private final TaskWorker.Host host;
  private final Map<ActorRef<TaskWorker.Event>, ActorRef<TaskWorker.Command>> workers =
      new HashMap<>();
  private int numbers;

  static Behavior<Command> create(TaskWorker.Host host) {
    return Behaviors.setup(context -> new NodeActor(context, host));
  }

  private NodeActor(ActorContext<Command> context, TaskWorker.Host host) {
    super(context);
    this.host = host;
    ActorRef<Receptionist.Listing> listings = context.messageAdapter(
        Receptionist.Listing.class,
        listing -> new Drivers(listing.getAllServiceInstances(Discovery.DRIVERS)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(Discovery.DRIVERS, listings));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onMessage(Drivers.class, this::onDrivers).build();
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
