package io.sluice.scheduler;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.ReceiverInfo;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of a context as its driver sees them: who is there, who owns what, and who receives. */
final class Fleet {

  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  private static final int BEATS_HEARD = 3;

  /** What went with a lost worker: partitions whose only copy it had. */
  record Loss(Set<Integer> partitions) {}

  private record LastError(String message, Instant time) {}

  private final ContextSetup setup;
  private final ActorRef<ReceiverSupervisor.Event> fromReceivers;
  private final WorkerTable table = new WorkerTable();
  private final Map<String, ActorRef<WorkerCommand>> refs = new HashMap<>();
  private final Placement placement;
  private final Journal journal;
  private final ActorRefResolver resolver;
  private final Recovered recovered;
  private final Resumption resumption;
  private final RateControl rates;
  private final PartedWorkers parted = new PartedWorkers();
  private ReceiverTable receivers = new ReceiverTable(List.of());
  private final StageTable stages;
  private final Map<Integer, LastError> errors = new HashMap<>();
  private Map<Integer, String> loggedStreams = Map.of();
  private boolean receiving;
  private long beat;

  /**
   * @param recovered what earlier drivers had
   * @param resolver writes references to workers down
   */
  Fleet(
      ContextSetup setup,
      ActorRef<ReceiverSupervisor.Event> fromReceivers,
      Recovered recovered,
      Journal journal,
      ActorRefResolver resolver) {
    this.setup = setup;
    this.fromReceivers = fromReceivers;
    this.recovered = recovered;
    this.journal = journal;
    this.resolver = resolver;
    this.placement = recovered.placement();
    this.resumption = new Resumption(recovered.workers());
    this.rates = new RateControl(setup.rate(), setup.intervalMillis());
    rates.restore(recovered.rates());
    this.stages = new StageTable(setup.epoch(), this::tell);
  }

  Placement placement() {
    return placement;
  }

  StageTable stages() {
    return stages;
  }

  ReceiverTable receivers() {
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
        .forEach(worker -> receivers
            .moveFrom(worker.address())
            .forEach(entry -> tell(
                worker.address(),
                new WorkerCommand.StopReceiver(setup.epoch(), entry.spec().stream()))));
  }

  /** Workers whose nodes are ending and that receive nothing any more. */
  List<String> leavers() {
    return table.all().stream()
        .filter(WorkerTable.Worker::leaving)
        .map(WorkerTable.Worker::address)
        .filter(address -> receivers.all().stream()
            .noneMatch(entry -> entry.worker().equals(Optional.of(address))))
        .toList();
  }

  /** Lets a worker go that nothing depends on. */
  void release(String address) {
    Optional<WorkerTable.Worker> left = table.remove(address);
    if (left.isEmpty()) {
      return;
    }
    log.info("Worker [{}] has left [{}]", address, setup.name());
    ActorRef<WorkerCommand> ref = refs.remove(address);
    if (ref != null) {
      ref.tell(new WorkerCommand.Dismiss(setup.epoch(), "all it had is elsewhere now", true));
    }
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

  Map<String, Integer> slots() {
    return table.slots();
  }

  void tell(String worker, WorkerCommand command) {
    ActorRef<WorkerCommand> ref = refs.get(worker);
    if (ref != null) {
      ref.tell(command);
    }
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
    if (!setup.welcome().test(ready.worker()) || parted.isBarred(ready.address(), beat)) {
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
    refs.put(ready.address(), ready.worker());
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
            resolver.toSerializationFormat(requireNonNull(refs.get(worker.address())))))
        .toList();
  }

  /** Asks the workers of the driver before to go on with this one; gives them with their actors. */
  Map<Decision.Joined, ActorRef<WorkerCommand>> handOver(
      List<StreamProgram.ReceiverSpec> specs, ActorRef<WorkerEvent> driver) {
    receivers = new ReceiverTable(specs, recovered);
    Map<Decision.Joined, ActorRef<WorkerCommand>> asked = new LinkedHashMap<>();
    for (Decision.Joined worker : recovered.workers()) {
      ActorRef<WorkerCommand> ref = resolver.resolveActorRef(worker.ref());
      table.add(worker.address(), worker.incarnation(), worker.slots(), worker.host(), beat);
      refs.put(worker.address(), ref);
      asked.put(worker, ref);
      ref.tell(new WorkerCommand.Handover(
          driver,
          fromReceivers,
          setup.epoch(),
          recovered.committedMillis(),
          setup.node().address()));
    }
    return asked;
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
    startReceivers();
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
      if (receiving) {
        if (placement.isEmpty()) {
          placeFirst();
        }
        startReceivers();
      }
    }
  }

  void pong(WorkerEvent.Pong pong) {
    table.heard(pong.address(), pong.incarnation(), beat);
  }

  /** Asks all workers for a sign of life. */
  void beat() {
    beat++;
    tellAll(new WorkerCommand.Ping(setup.epoch(), beat));
  }

  /**
   * Workers that have not answered for {@code patience} times the time-out. Beats are counted, not time, so
   * that a pause of the driver itself makes nobody suspect.
   */
  List<WorkerTable.Worker> silent(int patience) {
    long allowed = setup.heartbeatTimeout().dividedBy(setup.heartbeatInterval());
    return table.silent(beat, allowed * patience);
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
    tellLost(address, reason);
    setup.node().channel().forsake(address);
    receiversLost(address);
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

  private void tellLost(String address, String reason) {
    ActorRef<WorkerCommand> ref = refs.remove(address);
    if (ref != null) {
      ref.tell(new WorkerCommand.Dismiss(setup.epoch(), reason, false));
    }
  }

  void placeFirst() {
    placement.assign(table.usable());
    journal.decide(placement.placed());
  }

  /** Starts a program's receivers; lost ones are started again from now on. */
  void receive(List<StreamProgram.ReceiverSpec> specs) {
    receivers = new ReceiverTable(specs);
    startReceivers();
  }

  /** The blocks of these streams are kept durably, under these names. */
  void logStreams(Map<Integer, String> names) {
    loggedStreams = names;
  }

  /** Receivers go on where those of an earlier run have ended. */
  void receiveAgain(List<StreamProgram.ReceiverSpec> specs, Restart restart) {
    receivers = new ReceiverTable(specs, restart.attempts(), restart.positions());
    rates.restore(restart.rates());
  }

  void startReceivers() {
    receiving = true;
    for (ReceiverTable.Entry entry : receivers.assign(table.staying())) {
      journal.decide(ReceiverTable.decision(entry));
      entry.worker().ifPresent(worker -> tell(worker, start(entry)));
    }
  }

  private WorkerCommand.StartReceiver start(ReceiverTable.Entry entry) {
    return new WorkerCommand.StartReceiver(
        setup.epoch(),
        entry.spec().stream(),
        entry.attempt(),
        entry.spec().name(),
        entry.spec().receiver(),
        setup.receiver().blockMillis(setup.intervalMillis()),
        setup.receiver().blockBytes(),
        entry.position().orElse(0),
        entry.position().isPresent(),
        rates.max(),
        rates.rate(entry.spec().stream()),
        loggedStreams.getOrDefault(entry.spec().stream(), ""),
        fromReceivers);
  }

  /** Tells receivers how fast they may go on after a batch. */
  void batchCompleted(BatchInfo batch) {
    Map<Integer, Double> changed = rates.completed(batch);
    if (!changed.isEmpty()) {
      journal.decide(new Decision.Rated(changed));
    }
    for (ReceiverTable.Entry entry : receivers.all()) {
      Double rate = changed.get(entry.spec().stream());
      if (rate != null) {
        WorkerCommand.SetRate message = new WorkerCommand.SetRate(
            setup.epoch(),
            entry.spec().stream(),
            entry.attempt(),
            batch.batchTime().toEpochMilli(),
            rate);
        entry.worker().ifPresent(worker -> tell(worker, message));
      }
    }
  }

  /** How fast receivers go, for the next driver. */
  Map<Integer, Double> rates() {
    return rates.told();
  }

  void stopReceivers() {
    receivers.stopAll();
    for (ReceiverTable.Entry entry : receivers.all()) {
      entry
          .worker()
          .ifPresent(worker ->
              tell(worker, new WorkerCommand.StopReceiver(setup.epoch(), entry.spec().stream())));
    }
  }

  /** Counts a block once; it belongs to the next batch that is cut. */
  void blockStored(ReceiverSupervisor.BlockStored stored, BlockTracker tracker) {
    receivers.current(stored.stream(), stored.attempt()).ifPresent(entry -> {
      if (tracker.add(stored.block()) && stored.hasPosition()) {
        receivers.reached(entry, stored.position());
      }
      entry
          .worker()
          .ifPresent(worker -> tell(
              worker,
              new WorkerCommand.BlocksCounted(
                  setup.epoch(), stored.stream(), List.of(stored.block().id().sequence()))));
    });
  }

  /** The blocks of a batch will never be in another; receivers need not report them again. */
  void cut(List<BlockRef> blocks) {
    Map<Integer, List<Long>> numbers = new HashMap<>();
    blocks.forEach(block -> numbers
        .computeIfAbsent(block.id().owner(), stream -> new ArrayList<>())
        .add(block.id().sequence()));
    numbers.forEach((stream, cut) -> receivers
        .worker(stream)
        .ifPresent(
            worker -> tell(worker, new WorkerCommand.BlocksCut(setup.epoch(), stream, cut))));
  }

  void onReceiver(ReceiverSupervisor.Event event) {
    if (event instanceof ReceiverSupervisor.ReceiverStarted started) {
      receivers.current(started.stream(), started.attempt()).ifPresent(entry -> {
        receivers.started(entry);
        post(new StreamingEvent.ReceiverStarted(info(entry, true)));
      });
    } else if (event instanceof ReceiverSupervisor.ReceiverError error) {
      receivers
          .current(error.stream(), error.attempt())
          .ifPresent(entry -> receiverFailed(entry, error.message()));
    } else if (event instanceof ReceiverSupervisor.ReceiverStopped ended) {
      receivers.current(ended.stream(), ended.attempt()).ifPresent(entry -> {
        noteError(entry, ended.reason());
        ReceiverInfo info = info(entry, false);
        if (receivers.stopped(entry)) {
          post(new StreamingEvent.ReceiverStopped(info));
        } else {
          startReceivers();
        }
      });
    }
  }

  private void receiverFailed(ReceiverTable.Entry entry, String message) {
    log.warn(
        "Receiver [{}] on [{}]: {}",
        entry.spec().name(),
        entry.worker().orElse("no worker"),
        message);
    noteError(entry, message);
    post(new StreamingEvent.ReceiverError(info(entry, entry.isActive())));
  }

  private void receiversLost(String address) {
    for (ReceiverTable.Entry entry : receivers.all()) {
      if (entry.worker().equals(Optional.of(address))) {
        noteError(entry, "Its worker, " + address + ", is lost");
        post(new StreamingEvent.ReceiverError(info(entry, false)));
      }
    }
    receivers.workerLost(address);
  }

  private void noteError(ReceiverTable.Entry entry, String message) {
    errors.put(entry.spec().stream(), new LastError(message, setup.ticker().now()));
  }

  void dismissAll() {
    refs.values()
        .forEach(ref -> ref.tell(new WorkerCommand.Dismiss(
            setup.epoch(), "context '" + setup.name() + "' has ended", true)));
    refs.clear();
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
  }

  private static StreamingListener.WorkerInfo info(WorkerTable.Worker worker) {
    return new StreamingListener.WorkerInfo(worker.address(), worker.slots());
  }

  private ReceiverInfo info(ReceiverTable.Entry entry, boolean active) {
    Optional<LastError> error = Optional.ofNullable(errors.get(entry.spec().stream()));
    return new ReceiverInfo(
        entry.spec().stream(),
        entry.spec().name(),
        active,
        entry.worker().orElse(""),
        error.map(LastError::message),
        error.map(LastError::time));
  }
}
