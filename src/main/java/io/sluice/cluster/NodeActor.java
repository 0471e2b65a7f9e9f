package io.sluice.cluster;

import akka.Done;
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
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A node that works for every context of its cluster: finds their drivers and gives each a worker. */
final class NodeActor extends AbstractBehavior<NodeActor.Command> {

  /** What a node hears. */
  sealed interface Command {}

  /** A driver was found. */
  record Found(ActorRef<WorkerEvent> driver) implements Command {}

  /**
   * The node is ending: it takes no more work, and its workers leave.
   *
   * @param left completes when they have
   */
  record Leave(CompletableFuture<Done> left) implements Command {}

  private record Drivers(Set<ActorRef<WorkerEvent>> refs) implements Command {}

  private record Left(Member member) implements Command {}

  private record WorkerEnded(String context, ActorRef<WorkerCommand> worker) implements Command {}

  /** The worker for a context; one that has ended is kept in mind as long as the driver is listed. */
  private static final class Work {
    private ActorRef<WorkerEvent> driver;
    private final ActorRef<WorkerCommand> worker;
    private boolean ended;

    Work(ActorRef<WorkerEvent> driver, ActorRef<WorkerCommand> worker) {
      this.driver = driver;
      this.worker = worker;
    }
  }

  private static final String DRIVER_ROLE = "driver";

  private final TaskWorker.Host host;
  private final Runnable lastDriverLeft;
  private final Map<String, Work> works = new HashMap<>();
  private Set<ActorRef<WorkerEvent>> listed = Set.of();
  private int numbers;
  private boolean driverLeft;
  private @Nullable CompletableFuture<Done> leaving;

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
        .onMessage(Found.class, this::onFound)
        .onMessage(Left.class, this::onLeft)
        .onMessage(Leave.class, this::onLeave)
        .onMessage(WorkerEnded.class, this::onWorkerEnded)
        .build();
  }

  private Behavior<Command> onLeft(Left left) {
    boolean none = true;
    for (Member member : Cluster.get(getContext().getSystem()).state().getMembers()) {
      none = none && (!member.hasRole(DRIVER_ROLE) || member.equals(left.member()));
    }
    driverLeft = none && (driverLeft || left.member().hasRole(DRIVER_ROLE));
    return endIfIdle();
  }

  private Behavior<Command> onLeave(Leave leave) {
    if (leaving != null) {
      return Behaviors.same();
    }
    leaving = leave.left();
    works.values().forEach(work -> work.worker.tell(new WorkerCommand.Leave()));
    return endIfIdle();
  }

  /** A context may go on here after the process of its program has left. */
  private Behavior<Command> endIfIdle() {
    if (works.values().stream().allMatch(work -> work.ended)) {
      if (leaving != null) {
        leaving.complete(Done.getInstance());
        return Behaviors.stopped();
      }
      if (driverLeft) {
        lastDriverLeft.run();
      }
    }
    return Behaviors.same();
  }

  /** One worker for each context, whichever driver it has; one that was refused is not made again. */
  private Behavior<Command> onDrivers(Drivers drivers) {
    works.values().stream()
        .filter(work -> listed.contains(work.driver) && !drivers.refs().contains(work.driver))
        .forEach(work -> work.worker.tell(new WorkerCommand.DriverGone(work.driver)));
    listed = drivers.refs();
    Set<String> contexts = new HashSet<>();
    drivers.refs().stream()
        .sorted(Comparator.comparingLong(driver -> DriverName.of(driver).epoch()))
        .forEach(driver -> {
          contexts.add(DriverName.of(driver).context());
          workFor(driver);
        });
    works.entrySet().removeIf(work -> work.getValue().ended && !contexts.contains(work.getKey()));
    return Behaviors.same();
  }

  private Behavior<Command> onFound(Found found) {
    workFor(found.driver());
    return Behaviors.same();
  }

  private void workFor(ActorRef<WorkerEvent> driver) {
    DriverName name = DriverName.of(driver);
    Work known = works.get(name.context());
    if (known == null && leaving != null) {
      return;
    }
    if (known == null) {
      ActorRef<WorkerCommand> worker =
          getContext().spawn(TaskWorker.create(driver, host), "worker-" + ++numbers);
      getContext().watchWith(worker, new WorkerEnded(name.context(), worker));
      works.put(name.context(), new Work(driver, worker));
    } else if (name.epoch() > DriverName.of(known.driver).epoch()) {
      known.driver = driver;
      if (known.ended && leaving == null) {
        works.remove(name.context());
        workFor(driver);
      } else {
        known.worker.tell(new WorkerCommand.DriverIs(driver, name.epoch()));
      }
    }
  }

  private Behavior<Command> onWorkerEnded(WorkerEnded ended) {
    Work work = works.get(ended.context());
    if (work != null && work.worker.equals(ended.worker())) {
      work.ended = true;
    }
    return endIfIdle();
  }
}
