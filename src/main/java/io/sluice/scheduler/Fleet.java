package io.sluice.scheduler;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.batch.BlockTracker;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of a context as its driver sees them: who is there, who owns what, and who receives. */
final class Fleet {

  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  private static final int BEATS_HEARD = 3;

  /** What went with a lost worker: partitions whose only copy it had. */
  record Loss(Set<Integer> partitions) {}

  private final ContextSetup setup;
  private final long beatsAllowed;
  private final WorkerTable table = new WorkerTable();
  private final WorkerLinks links;
  private final Receivers receivers;
  private final Placement placement;
  private final Journal journal;
  private final ActorRefResolver resolver;
  private final Recovered recovered;
  private final Resumption resumption;
  private final PartedWorkers parted = new PartedWorkers();
  private final StageTable stages;
  private long beat;

  /**
   * @param recovered what earlier drivers had
   * @param resolver writes references to workers down
   * @param tracker counts what receivers store
   */
  Fleet(
      ContextSetup setup,
      Recovered recovered,
      Journal journal,
      ActorRefResolver resolver,
      Supplier<BlockTracker> tracker) {
    this.setup = setup;
    this.beatsAllowed = setup.heartbeatTimeout().dividedBy(setup.heartbeatInterval());
    this.recovered = recovered;
    this.journal = journal;
    this.resolver = resolver;
    this.placement = recovered.placement();
    this.resumption = new Resumption(recovered.workers());
    this.links = new WorkerLinks(setup.epoch(), setup.node().address());
    this.receivers = new Receivers(setup, journal, links, recovered, table::staying, tracker);
    this.stages = new StageTable(setup.epoch(), this::tell);
  }

  Placement placement() {
    return placement;
  }

  StageTable stages() {
    return stages;
  }

  Receivers receivers() {
    return receivers;
  }

  List<String> usable() {
    return table.usable();
  }

  /** The workers that can be given something to keep. */
  List<String> staying() {
    return table.staying().stream().map(WorkerTable.Worker::address).toList();
  }

  /** A worker's node is ending: its receivers go on elsewhere, and nothing new is kept there. */
  boolean leaving(WorkerEvent.Leaving leaving) {
    if (!isIncarnation(leaving.address(), leaving.incarnation())) {
      leaving
          .worker()
          .tell(new WorkerCommand.Dismiss(setup.epoch(), "its driver has let it go", true));
    }
    if (!table.leaving(leaving.address(), leaving.incarnation())) {
      return false;
    }
    log.info("Worker [{}] wants to leave [{}]", leaving.address(), setup.name());
    tellAll(new WorkerCommand.Peers(setup.epoch(), usable(), staying()));
    moveReceivers();
    return true;
  }

  /** Receivers on workers that leave end there, and start elsewhere when they have. */
  private void moveReceivers() {
    if (table.staying().isEmpty()) {
      return;
    }
    table.all().stream()
        .filter(WorkerTable.Worker::leaving)
        .forEach(worker -> receivers.moveFrom(worker.address()));
  }

  /** Workers whose nodes are ending and that receive nothing any more. */
  List<String> leavers() {
    return table.all().stream()
        .filter(WorkerTable.Worker::leaving)
        .map(WorkerTable.Worker::address)
        .filter(address -> !receivers.isHost(address))
        .toList();
  }

  /** Lets a worker go that nothing depends on. */
  void release(String address) {
    Optional<WorkerTable.Worker> left = table.remove(address);
    if (left.isEmpty()) {
      return;
    }
    log.info("Worker [{}] has left [{}]", address, setup.name());
    links.close(
        address, new WorkerCommand.Dismiss(setup.epoch(), "all it had is elsewhere now", true));
    removed(address);
    post(new StreamingEvent.WorkerLeft(info(left.get())));
  }

  /** Takes a worker out of everything; gives the partitions whose only copy it had. */
  private Set<Integer> removed(String address) {
    stages.workerLost(address);
    Set<Integer> gone = placement.isEmpty() ? Set.of() : placement.remove(address, left());
    journal.decide(new Decision.Left(address));
    tellAll(new WorkerCommand.Peers(setup.epoch(), usable(), staying()));
    return gone;
  }

  List<WorkerTable.Worker> workers() {
    return table.all();
  }

  Map<String, Integer> slots() {
    return table.slots();
  }

  void tell(String worker, WorkerCommand command) {
    links.tell(worker, command);
  }

  void tellAll(WorkerCommand command) {
    table.usable().forEach(worker -> tell(worker, command));
  }

  boolean isKnown(WorkerEvent.WorkerReady ready) {
    return isIncarnation(ready.address(), ready.incarnation());
  }

  boolean isIncarnation(String address, long incarnation) {
    return table
        .get(address)
        .filter(worker -> worker.incarnation() == incarnation)
        .isPresent();
  }

  /** Lets a worker in if it is of this version and knows the token; it is told why if not. */
  boolean admit(WorkerEvent.WorkerReady ready) {
    if (!setup.nodes().isWelcome(ready.worker()) || parted.isBarred(ready.address(), beat)) {
      // It asks again.
      return false;
    }
    Optional<String> objection = objection(ready);
    if (objection.isPresent()) {
      log.warn("Refused worker [{}]: {}", ready.address(), objection.get());
      ready.worker().tell(new WorkerCommand.Refused(objection.get()));
      return false;
    }
    table.add(ready.address(), ready.incarnation(), ready.slots(), ready.host(), beat);
    links.open(ready.address(), ready.incarnation(), ready.worker());
    journal.decide(joined(ready));
    welcome(ready);
    return true;
  }

  private Decision.Joined joined(WorkerEvent.WorkerReady ready) {
    return new Decision.Joined(
        ready.address(),
        ready.incarnation(),
        ready.slots(),
        ready.host(),
        resolver.toSerializationFormat(ready.worker()));
  }

  /** The workers that were let in. */
  List<Decision.Joined> joined() {
    return table.all().stream()
        .map(worker -> new Decision.Joined(
            worker.address(),
            worker.incarnation(),
            worker.slots(),
            worker.host(),
            resolver.toSerializationFormat(links.ref(worker.address()).orElseThrow())))
        .toList();
  }

  /** Asks the workers of the driver before to go on with this one; gives them with their actors. */
  Map<Decision.Joined, ActorRef<WorkerCommand>> handOver(
      List<StreamProgram.ReceiverSpec> specs, ActorRef<WorkerEvent> driver) {
    receivers.takeOver(specs, recovered);
    Map<Decision.Joined, ActorRef<WorkerCommand>> asked = new LinkedHashMap<>();
    for (Decision.Joined worker : recovered.workers()) {
      ActorRef<WorkerCommand> ref = resolver.resolveActorRef(worker.ref());
      table.add(worker.address(), worker.incarnation(), worker.slots(), worker.host(), beat);
      links.open(worker.address(), worker.incarnation(), ref);
      asked.put(worker, ref);
    }
    askAgain(driver);
    return asked;
  }

  /** Asks those workers of the driver before that have not answered. */
  void askAgain(ActorRef<WorkerEvent> driver) {
    WorkerCommand.Handover handover = new WorkerCommand.Handover(
        driver, setup.epoch(), recovered.committedMillis(), setup.node().address());
    resumption.awaited().forEach(worker -> links.ref(worker).ifPresent(ref -> ref.tell(handover)));
  }

  /** A worker of the driver before goes on with this one. */
  void resumed(WorkerEvent.Resumed resumed) {
    if (table.up(resumed.address(), resumed.incarnation(), beat)) {
      log.info("Worker [{}] goes on with [{}]", resumed.address(), setup.name());
      resumption.answered(resumed);
      receivers.resumed(resumed.address(), resumed.receivers());
    }
  }

  Resumption resumption() {
    return resumption;
  }

  /** All workers of the driver before go on or are lost. */
  void goOn() {
    tellAll(new WorkerCommand.Peers(setup.epoch(), usable(), staying()));
    if (placement.isEmpty()) {
      placeFirst();
    }
    receivers.start();
  }

  private Optional<String> objection(WorkerEvent.WorkerReady ready) {
    if (!ready.version().equals(setup.version())) {
      return Optional.of(
          "it runs Sluice %s, the driver %s; all nodes of a cluster must run the same version"
              .formatted(ready.version(), setup.version()));
    }
    boolean proven = MessageDigest.isEqual(
        ready.proof().getBytes(StandardCharsets.UTF_8),
        setup.proof().getBytes(StandardCharsets.UTF_8));
    return proven
        ? Optional.empty()
        : Optional.of("it does not hold the cluster's token (sluice.cluster.token)");
  }

  void welcome(WorkerEvent.WorkerReady ready) {
    ready
        .worker()
        .tell(new WorkerCommand.Accepted(
            setup.id(),
            setup.name(),
            setup.epoch(),
            setup.intervalMillis(),
            setup.node().address(),
            setup.jars(),
            setup.survived(),
            setup
                .durable()
                .map(ContextSetup.Durable::forWorkers)
                .orElseGet(() -> new WorkerCommand.Checkpoint("", false, false))));
  }

  void workerUp(WorkerEvent.WorkerUp up) {
    if (table.up(up.address(), up.incarnation(), beat)) {
      log.info("Worker [{}] has joined [{}]", up.address(), setup.name());
      tellAll(new WorkerCommand.Peers(setup.epoch(), usable(), staying()));
      moveReceivers();
      table
          .get(up.address())
          .ifPresent(worker -> post(new StreamingEvent.WorkerJoined(info(worker))));
      if (receivers.isReceiving()) {
        if (placement.isEmpty()) {
          placeFirst();
        }
        receivers.start();
      }
    }
  }

  /** Whether an event of a worker on another node is the next of it. */
  boolean isNext(WorkerEvent.Numbered numbered) {
    return links.isNext(numbered);
  }

  void pong(WorkerEvent.Pong pong) {
    table.heard(pong.address(), pong.incarnation(), beat);
    links.heard(pong);
  }

  /** Asks all workers for a sign of life. */
  void beat() {
    beat++;
    table.usable().forEach(worker -> links.ping(worker, beat));
  }

  /**
   * Workers that have not answered for {@code patience} times the time-out. Beats are counted, not time, so
   * that a pause of the driver itself makes nobody suspect.
   */
  List<WorkerTable.Worker> silent(int patience) {
    return table.silent(beat, beatsAllowed() * patience);
  }

  /** How many beats a worker may be silent. */
  long beatsAllowed() {
    return beatsAllowed;
  }

  /** How many beats have passed. */
  long beats() {
    return beat;
  }

  /** Which worker to give up because two that are both heard here do not reach each other. */
  Optional<String> parted(WorkerEvent.TaskFailed failed, Predicate<String> canSpare) {
    Set<String> heard = new HashSet<>(table.usable());
    table.silent(beat, BEATS_HEARD).forEach(worker -> heard.remove(worker.address()));
    return heard.containsAll(List.of(failed.worker(), failed.silentPeer()))
        ? parted.given(failed.worker(), failed.silentPeer(), canSpare, beat)
        : Optional.empty();
  }

  /** Gives a worker up: whatever it still says changes nothing, and if it lives it starts afresh. */
  Optional<Loss> lose(String address, String reason) {
    Optional<WorkerTable.Worker> lost = table.remove(address);
    if (lost.isEmpty()) {
      return Optional.empty();
    }
    log.warn("Worker [{}] is lost to [{}]: {}", address, setup.name(), reason);
    links.close(address, new WorkerCommand.Dismiss(setup.epoch(), reason, false));
    setup.node().channel().forsake(address);
    receivers.workerLost(address);
    resumption.lost(address);
    Set<Integer> gone = removed(address);
    post(new StreamingEvent.WorkerLost(info(lost.get()), reason));
    return Optional.of(new Loss(gone));
  }

  /** Workers that can run tasks, or will soon. */
  private List<String> left() {
    return resumption.isOver()
        ? table.usable()
        : table.all().stream().map(WorkerTable.Worker::address).toList();
  }

  void placeFirst() {
    placement.assign(table.usable());
    journal.decide(placement.placed());
  }

  void dismissAll() {
    links.closeAll(
        new WorkerCommand.Dismiss(setup.epoch(), "context '" + setup.name() + "' has ended", true));
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
  }

  private static StreamingListener.WorkerInfo info(WorkerTable.Worker worker) {
    return new StreamingListener.WorkerInfo(worker.address(), worker.slots());
  }
}
