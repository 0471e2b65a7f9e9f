package io.sluice.cluster;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.LedgerMessage;
import io.sluice.checkpoint.MajorityLedger;
import io.sluice.plan.Message;
import io.sluice.task.WorkerEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The ledger of a context in the memory of its cluster, on the node of the driver that writes it. */
final class LedgerActor extends AbstractBehavior<LedgerActor.Command> {

  /** What the actor hears. */
  sealed interface Command extends Message {}

  /** A witness is there, on the node with a data address; {@code charged} says that it has the program. */
  record Present(ActorRef<Witness.Command> witness, String address, boolean charged)
      implements Command {}

  /** The context has ended: nobody needs the ledger any more. */
  record End() implements Command {}

  private record Heard(LedgerMessage.Answer answer) implements Command {}

  /** Witnesses shall be able to go on with this program. */
  record Entrust(Witness.Charge charge) implements Command {}

  /** The driver is under way; nodes are to work for it. */
  record Announce(ActorRef<WorkerEvent> driver) implements Command {}

  /** Nodes that have the only copy of something, by their data addresses. */
  record Keep(Set<String> addresses) implements Command {}

  private record Open(CompletableFuture<Ledger.Opened> opened) implements Command {}

  private record Store(byte[] bytes, boolean snapshot, CompletableFuture<Void> stored)
      implements Command {}

  private record Close() implements Command {}

  private record Beat() implements Command {}

  private record Listed(Set<ActorRef<Witness.Command>> witnesses) implements Command {}

  private record Changed() implements Command {}

  /**
   * Which ledger, and for whom.
   *
   * @param name of the ledger, which no other context has
   * @param own data address of the driver's node
   * @param copies how many nodes hold it if there are enough
   * @param downs whether nodes that are lost are taken out of the cluster: where the cluster is Sluice's own
   */
  record Setup(
      String name,
      LedgerWire wire,
      String own,
      int copies,
      Duration heartbeat,
      Duration patience,
      boolean downs) {}

  private static final long RESEND_MILLIS = 300;

  private final Setup setup;
  private final long number;
  private final MajorityLedger ledger;
  private final LedgerSeats seats;
  private final Downing downing = new Downing();
  private Set<String> kept = Set.of();
  private final Map<Address, String> dataAddresses = new HashMap<>();
  private Set<ActorRef<Witness.Command>> witnesses = Set.of();
  private Witness.@Nullable Charge charge;
  private @Nullable ActorRef<WorkerEvent> driver;
  private long epoch;
  private boolean begun;
  private LedgerSeats.@Nullable Change changing;

  /** A ledger that begins. */
  static Behavior<Command> create(Setup setup) {
    return create(setup, List.of());
  }

  /**
   * A ledger that goes on with what other drivers have left.
   *
   * @param contacts witnesses that may hold it; none for a ledger that begins
   */
  static Behavior<Command> create(Setup setup, List<String> contacts) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new LedgerActor(context, timers, setup, contacts)));
  }

  private LedgerActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Setup setup,
      List<String> contacts) {
    super(context);
    this.setup = setup;
    ActorRef<Command> self = context.getSelf();
    this.number = setup.wire().ask(answer -> self.tell(new Heard(answer)));
    String owner = UUID.randomUUID().toString();
    this.ledger = contacts.isEmpty()
        ? MajorityLedger.create(
            setup.name(), owner, List.of(setup.own()), this::send, RESEND_MILLIS)
        : MajorityLedger.takeOver(setup.name(), owner, contacts, this::send, RESEND_MILLIS);
    int patience = (int) setup.patience().dividedBy(setup.heartbeat());
    this.seats = new LedgerSeats(setup.own(), setup.copies(), patience);
    timers.startTimerWithFixedDelay(new Beat(), setup.heartbeat());
    ActorRef<Receptionist.Listing> listings = context.messageAdapter(
        Receptionist.Listing.class,
        listing -> new Listed(listing.getServiceInstances(Discovery.WITNESSES)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(Discovery.WITNESSES, listings));
  }

  /** The ledger, as the driver uses it. */
  static Ledger of(ActorRef<Command> actor) {
    return new Facade(actor);
  }

  private record Facade(ActorRef<Command> actor) implements Ledger {
    @Override
    public CompletionStage<Opened> open() {
      CompletableFuture<Opened> opened = new CompletableFuture<>();
      actor.tell(new Open(opened));
      return opened;
    }

    @Override
    public CompletionStage<Void> snapshot(byte[] state) {
      return store(state, true);
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
      return store(entry, false);
    }

    private CompletionStage<Void> store(byte[] bytes, boolean snapshot) {
      CompletableFuture<Void> stored = new CompletableFuture<>();
      actor.tell(new Store(bytes, snapshot, stored));
      return stored;
    }

    @Override
    public void close() {
      actor.tell(new Close());
    }
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Heard.class, this::onHeard)
        .onMessage(Store.class, this::onStore)
        .onMessage(Present.class, this::onPresent)
        .onMessage(Beat.class, this::onBeat)
        .onMessage(Listed.class, this::onListed)
        .onMessage(Changed.class, this::onChanged)
        .onMessage(Entrust.class, this::onEntrust)
        .onMessage(Announce.class, this::onAnnounce)
        .onMessage(Keep.class, this::onKeep)
        .onMessage(Open.class, this::onOpen)
        .onMessage(End.class, this::onEnd)
        .onMessage(Close.class, close -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private void send(String address, LedgerMessage.Request request) {
    setup.wire().send(address, number, request);
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private Behavior<Command> onHeard(Heard heard) {
    ledger.receive(heard.answer(), now());
    return Behaviors.same();
  }

  private Behavior<Command> onOpen(Open open) {
    ledger.open().whenComplete((opened, failure) -> {
      if (failure == null) {
        epoch = opened.epoch();
        open.opened().complete(opened);
      } else {
        open.opened().completeExceptionally(failure);
      }
    });
    ledger.tick(now());
    return Behaviors.same();
  }

  private Behavior<Command> onStore(Store store) {
    CompletionStage<Void> stored =
        store.snapshot() ? ledger.snapshot(store.bytes()) : ledger.append(store.bytes());
    begun = true;
    stored.whenComplete((done, failure) -> {
      if (failure == null) {
        store.stored().complete(null);
      } else {
        store.stored().completeExceptionally(failure);
      }
    });
    return Behaviors.same();
  }

  private Behavior<Command> onPresent(Present present) {
    seats.heard(present.address());
    dataAddresses.put(present.witness().path().address(), present.address());
    Witness.Charge program = charge;
    if (program != null && !present.charged()) {
      present.witness().tell(program);
    }
    return Behaviors.same();
  }

  private Behavior<Command> onListed(Listed listed) {
    witnesses = listed.witnesses();
    return Behaviors.same();
  }

  private Behavior<Command> onEntrust(Entrust entrust) {
    charge = entrust.charge();
    return Behaviors.same();
  }

  private Behavior<Command> onAnnounce(Announce announce) {
    driver = announce.driver();
    return Behaviors.same();
  }

  private Behavior<Command> onKeep(Keep keep) {
    kept = keep.addresses();
    return Behaviors.same();
  }

  private Behavior<Command> onChanged(Changed changed) {
    changing = null;
    return Behaviors.same();
  }

  /** Tells the witnesses that the driver lives, and sees to it that enough of them hold the ledger. */
  private Behavior<Command> onBeat(Beat beat) {
    ledger.tick(now());
    seats.beat();
    if (epoch == 0 || !begun) {
      return Behaviors.same();
    }
    List<String> members = ledger.members();
    Witness.Alive alive = new Witness.Alive(
        setup.name(),
        epoch,
        members,
        setup.own(),
        driver,
        seats.hearsMajority(members),
        getContext().getSelf());
    tellWitnesses(alive);
    LedgerSeats.Change waiting = changing;
    if (waiting == null) {
      seats.next(members).ifPresent(this::change);
    } else if (waiting.adds() && !seats.isThere(waiting.address())) {
      ledger.cancelAddition(waiting.address());
    }
    if (setup.downs()) {
      downTheLost(members);
    }
    return Behaviors.same();
  }

  /** Whoever holds the ledger says who belongs to the cluster, before its resolver has to guess. */
  private void downTheLost(List<String> members) {
    Cluster cluster = Cluster.get(getContext().getSystem());
    Map<String, Address> unreachable = new HashMap<>();
    cluster
        .state()
        .getUnreachable()
        .forEach(member -> unreachable.put(
            dataAddresses.getOrDefault(member.address(), member.address().toString()),
            member.address()));
    List<String> gone = downing.beat(unreachable.keySet(), seats::isThere, kept::contains);
    if (seats.isMajority(members)) {
      gone.forEach(address -> cluster.manager().tell(new Down(unreachable.get(address))));
    }
  }

  /**
   * The first witness of each member is told by its path: the receptionist may take long to list one on a node that was
   * started again, and goes on listing the one before.
   */
  private void tellWitnesses(Witness.Command message) {
    for (Member member : Cluster.get(getContext().getSystem()).state().getMembers()) {
      if (member.status() == MemberStatus.up()) {
        Adapter.toClassic(getContext().getSystem())
            .actorSelection(member.address() + "/system/" + Witness.NAME)
            .tell(message, akka.actor.ActorRef.noSender());
      }
    }
    witnesses.stream()
        .filter(witness -> !witness.path().name().equals(Witness.NAME))
        .forEach(witness -> witness.tell(message));
  }

  private void change(LedgerSeats.Change change) {
    changing = change;
    CompletionStage<Void> done =
        change.adds() ? ledger.addMember(change.address()) : ledger.removeMember(change.address());
    getContext().getLog().debug("Ledger [{}]: {}", setup.name(), change);
    getContext().pipeToSelf(done, (nothing, failure) -> new Changed());
  }

  private Behavior<Command> onEnd(End end) {
    tellWitnesses(new Witness.Ended(setup.name()));
    return Behaviors.stopped();
  }

  private Behavior<Command> onPostStop() {
    setup.wire().forget(number);
    ledger.close();
    return Behaviors.same();
  }
}
