package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.sluice.scheduler.ContextCommand;
import io.sluice.task.WorkerEvent;

/** Sees to it that of two contexts with one name in a cluster only the older one runs. */
final class NameGuard {

  private NameGuard() {}

  static Behavior<Receptionist.Listing> create(
      ServiceKey<WorkerEvent> key, ActorRef<WorkerEvent> driver, ActorRef<ContextCommand> context) {
    return Behaviors.setup(actor -> {
      actor.watch(context);
      actor.getSystem().receptionist().tell(Receptionist.register(key, driver));
      actor.getSystem().receptionist().tell(Receptionist.subscribe(key, actor.getSelf()));
      return Behaviors.receive(Receptionist.Listing.class)
          .onMessage(Receptionist.Listing.class, listing -> {
            listing.getAllServiceInstances(key).stream()
                .filter(other -> isOlder(other, driver))
                .findFirst()
                .ifPresent(older -> context.tell(
                    new ContextCommand.NameTaken(older.path().address().hostPort())));
            return Behaviors.same();
          })
          .onSignal(akka.actor.typed.Terminated.class, ended -> Behaviors.stopped())
          .build();
    });
  }

  /** Drivers of one context follow each other and are no rivals. */
  private static boolean isOlder(ActorRef<WorkerEvent> other, ActorRef<WorkerEvent> mine) {
    return DriverName.of(other).context().compareTo(DriverName.of(mine).context()) < 0;
  }
}
