package io.sluice.cluster;

import static java.util.Objects.requireNonNull;

import akka.actor.InvalidActorNameException;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import io.sluice.api.Settings;
import io.sluice.block.DataNode;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.LedgerMessage;
import io.sluice.checkpoint.LedgerReplica;
import io.sluice.plan.Message;
import io.sluice.scheduler.ContextSetup;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node's part in keeping contexts alive: it holds copies of their ledgers, and takes over from a driver that it does
 * not hear any more.
 */
final class Witness extends AbstractBehavior<Witness.Command> {

  /** What a witness hears. */
  sealed interface Command extends Message {}

  /**
   * The driver lives.
   *
   * @param members data addresses of the nodes that hold the ledger
   * @param dataAddress of the driver's node
   * @param driver hears workers; null until it is under way
   * @param hears whether the driver hears most of those nodes; one that hears nobody can decide nothing and counts as silent
   */
  record Alive(
      String ledger,
      long epoch,
      List<String> members,
      String dataAddress,
      @Nullable ActorRef<WorkerEvent> driver,
      boolean hears,
      ActorRef<LedgerActor.Command> replyTo)
      implements Command {}

  /**
   * A program to go on with; answered with the next {@link LedgerActor.Present} when it is here.
   *
   * @param driverAddress from where the program and its jars are fetched
   */
  record Charge(
      String ledger,
      String name,
      long context,
      String driverAddress,
      List<WorkerCommand.ProgramJar> jars,
      WorkerCommand.ProgramJar program)
      implements Command {}

  /** The context has ended; nobody shall go on with it. */
  record Ended(String ledger) implements Command {}

  /** The node holds no ledgers any more: its data port closes. */
  record Stop() implements Command {}

  private record Asked(LedgerMessage.Request request, Consumer<LedgerMessage.Answer> replyTo)
      implements Command {}

  private record Fetched(String ledger, boolean complete) implements Command {}

  private record Beat() implements Command {}

  private record DriverBroke(String ledger, String dataAddress) implements Command {}

  private record Won(String ledger, Ledger.Opened opened) implements Command {}

  private record NotWon(String ledger, String reason) implements Command {}

  /** What the node knows of one context. */
  private static final class Duty {
    private final DriverWatch watch;
    private long epoch;
    private String dataAddress = "";
    private List<String> members = List.of();
    private @Nullable ActorRef<WorkerEvent> driver;
    private @Nullable Charge charge;
    private boolean charged;
    private boolean fetching;
    private @Nullable ActorRef<LedgerActor.Command> candidacy;

    Duty(int patience) {
      watch = new DriverWatch(patience);
    }
  }

  /** The first witness of an actor system is called so; others, which have a number, are found by being listed. */
  static final String NAME = "sluice-witness";

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final ActorSystem<?> system;
  private final DataNode node;
  private final LedgerWire wire;
  private final Settings settings;
  private final Consumer<ActorRef<WorkerEvent>> drivers;
  private final boolean ownsCluster;
  private final Map<String, LedgerReplica> replicas = new HashMap<>();
  private final Map<String, Duty> duties = new HashMap<>();

  /**
   * Starts the witness of a node and makes it known.
   *
   * @param drivers is told of drivers that nodes are to work for
   * @param ownsCluster whether the cluster is Sluice's own, and its driver says who belongs to it
   */
  static ActorRef<Command> start(
      ActorSystem<?> system,
      Node node,
      Settings settings,
      Consumer<ActorRef<WorkerEvent>> drivers,
      boolean ownsCluster) {
    Behavior<Command> behavior = Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new Witness(context, timers, node, settings, drivers, ownsCluster)));
    ActorRef<Command> witness = named(system, behavior);
    system.receptionist().tell(Receptionist.register(Discovery.WITNESSES, witness));
    return witness;
  }

  private static ActorRef<Command> named(ActorSystem<?> system, Behavior<Command> behavior) {
    try {
      return system.systemActorOf(behavior, NAME, Props.empty());
    } catch (InvalidActorNameException taken) {
      return system.systemActorOf(behavior, NAME + "-" + NUMBERS.incrementAndGet(), Props.empty());
    }
  }

  private Witness(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Node node,
      Settings settings,
      Consumer<ActorRef<WorkerEvent>> drivers,
      boolean ownsCluster) {
    super(context);
    this.drivers = drivers;
    this.ownsCluster = ownsCluster;
    this.system = context.getSystem();
    this.node = node.data();
    this.settings = settings;
    ActorRef<Command> self = context.getSelf();
    this.wire = node.ledgers();
    wire.answer((request, replyTo) -> self.tell(new Asked(request, replyTo)));
    timers.startTimerWithFixedDelay(new Beat(), settings.cluster().heartbeatInterval());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Asked.class, this::onAsked)
        .onMessage(Alive.class, this::onAlive)
        .onMessage(Charge.class, this::onCharge)
        .onMessage(Ended.class, this::onEnded)
        .onMessage(Fetched.class, this::onFetched)
        .onMessage(Beat.class, this::onBeat)
        .onMessage(DriverBroke.class, this::onDriverBroke)
        .onMessage(Won.class, this::onWon)
        .onMessage(NotWon.class, this::onNotWon)
        .onMessage(Stop.class, stop -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Behavior<Command> onAsked(Asked asked) {
    boolean opens = asked.request() instanceof LedgerMessage.Open;
    if (opens && duty(asked.request().context()).watch.isHeard()) {
      // Whoever wants to take over does not hear a driver that is heard here.
      return Behaviors.same();
    }
    replicas
        .computeIfAbsent(
            asked.request().context(),
            name -> new LedgerReplica(
                name, node.address(), ThreadLocalRandom.current().nextLong()))
        .handle(asked.request())
        .ifPresent(asked.replyTo());
    if (opens) {
      // Whoever opens an epoch is to have the time to go on.
      duty(asked.request().context()).watch.given();
    }
    return Behaviors.same();
  }

  private Behavior<Command> onPostStop() {
    wire.answer((request, replyTo) -> {});
    duties.values().forEach(Witness::withdraw);
    return Behaviors.same();
  }

  private Duty duty(String ledger) {
    Duration patience = settings.cluster().driverTimeout();
    Duration beat = settings.cluster().heartbeatInterval();
    return duties.computeIfAbsent(ledger, name -> new Duty((int) patience.dividedBy(beat)));
  }

  private Behavior<Command> onAlive(Alive alive) {
    Duty duty = duty(alive.ledger());
    if (alive.epoch() < duty.epoch) {
      return Behaviors.same();
    }
    if (!alive.dataAddress().equals(duty.dataAddress)) {
      watchConnection(alive.ledger(), alive.dataAddress());
      duty.dataAddress = alive.dataAddress();
    }
    if (alive.epoch() > duty.epoch) {
      duty.epoch = alive.epoch();
      withdraw(duty);
    }
    ActorRef<WorkerEvent> driver = alive.driver();
    if (driver != null && !driver.equals(duty.driver)) {
      duty.driver = driver;
      drivers.accept(driver);
    }
    duty.members = alive.members();
    List<String> others = new ArrayList<>(alive.members());
    others.remove(alive.dataAddress());
    // A node never takes over from the driver on itself: it would be just as cut off.
    if (alive.hears() || alive.dataAddress().equals(node.address())) {
      duty.watch.heard(Math.max(0, others.indexOf(node.address())));
    }
    alive
        .replyTo()
        .tell(new LedgerActor.Present(getContext().getSelf(), node.address(), duty.charged));
    return Behaviors.same();
  }

  private void watchConnection(String ledger, String dataAddress) {
    ActorRef<Command> self = getContext().getSelf();
    if (!dataAddress.equals(node.address())) {
      node.channel().watch(dataAddress, () -> self.tell(new DriverBroke(ledger, dataAddress)));
    }
  }

  private Behavior<Command> onCharge(Charge charge) {
    Duty duty = duty(charge.ledger());
    if (!duty.charged && !duty.fetching) {
      duty.fetching = true;
      duty.charge = charge;
      getContext()
          .pipeToSelf(
              TravellingProgram.fetch(node, charge),
              (done, failure) -> new Fetched(charge.ledger(), failure == null));
    }
    return Behaviors.same();
  }

  private Behavior<Command> onEnded(Ended ended) {
    Duty duty = duties.remove(ended.ledger());
    replicas.remove(ended.ledger());
    if (duty != null) {
      withdraw(duty);
      if (duty.charge != null) {
        node.forgetDriver(duty.charge.context());
      }
    }
    return Behaviors.same();
  }

  private Behavior<Command> onFetched(Fetched fetched) {
    Duty duty = duty(fetched.ledger());
    duty.fetching = false;
    duty.charged = fetched.complete();
    return Behaviors.same();
  }

  private Behavior<Command> onDriverBroke(DriverBroke broke) {
    Duty duty = duty(broke.ledger());
    if (duty.dataAddress.equals(broke.dataAddress())) {
      duty.watch.broke();
      // Connections break for other reasons too; the next one is watched when the driver is heard.
      duty.dataAddress = "";
    }
    return Behaviors.same();
  }

  private Behavior<Command> onBeat(Beat beat) {
    duties.forEach((ledger, duty) -> {
      boolean due = duty.watch.beat();
      boolean holds = duty.members.size() > 1 && duty.members.contains(node.address());
      if (due && holds && duty.charged && duty.candidacy == null) {
        stand(ledger, duty);
      }
    });
    return Behaviors.same();
  }

  /** Tries to open the next epoch of the ledger. */
  private void stand(String ledger, Duty duty) {
    getContext().getLog().warn("The driver of [{}] is silent; trying to take over", ledger);
    LedgerActor.Setup setup = ledgerSetup(ledger, wire, node, settings, ownsCluster);
    ActorRef<LedgerActor.Command> candidacy = system.systemActorOf(
        LedgerActor.create(setup, duty.members),
        "sluice-ledger-" + ledger + "-" + System.nanoTime(),
        Props.empty());
    duty.candidacy = candidacy;
    getContext()
        .pipeToSelf(
            LedgerActor.of(candidacy).open(),
            (opened, failure) -> failure == null
                ? new Won(ledger, opened)
                : new NotWon(ledger, String.valueOf(failure.getMessage())));
  }

  static LedgerActor.Setup ledgerSetup(
      String ledger, LedgerWire wire, DataNode node, Settings settings, boolean ownsCluster) {
    return new LedgerActor.Setup(
        ledger,
        wire,
        node.address(),
        settings.cluster().ledgerCopies(),
        settings.cluster().heartbeatInterval(),
        settings.cluster().driverTimeout(),
        ownsCluster);
  }

  private Behavior<Command> onNotWon(NotWon lost) {
    getContext().getLog().info("Did not take over [{}]: {}", lost.ledger(), lost.reason());
    Duty duty = duty(lost.ledger());
    withdraw(duty);
    duty.watch.given();
    return Behaviors.same();
  }

  private static void withdraw(Duty duty) {
    if (duty.candidacy != null) {
      LedgerActor.of(duty.candidacy).close();
      duty.candidacy = null;
    }
  }

  private Behavior<Command> onWon(Won won) {
    Duty duty = duty(won.ledger());
    ActorRef<LedgerActor.Command> ledger = duty.candidacy;
    Charge charge = requireNonNull(duty.charge);
    if (ledger == null) {
      return Behaviors.same();
    }
    duty.candidacy = null;
    ContextSetup.OpenLedger opened =
        new ContextSetup.OpenLedger(LedgerActor.of(ledger), won.opened());
    if (opened.isEnded()) {
      ledger.tell(new LedgerActor.End());
      return Behaviors.same();
    }
    duty.epoch = won.opened().epoch();
    getContext().getLog().warn("Taking over [{}] as driver [{}]", charge.name(), duty.epoch);
    SuccessorDeployment deployment =
        new SuccessorDeployment(system, node, settings, ledger, opened, charge, duty.dataAddress);
    var unused = CompletableFuture.runAsync(() -> goOn(charge, deployment));
    return Behaviors.same();
  }

  private void goOn(Charge charge, SuccessorDeployment deployment) {
    try {
      TravellingProgram.start(node, charge, deployment, system.settings().config());
    } catch (RuntimeException failure) {
      system.log().error("[{}] cannot go on here", charge.name(), failure);
      deployment.abandon();
    }
  }
}
