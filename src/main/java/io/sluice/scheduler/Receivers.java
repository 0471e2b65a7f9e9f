package io.sluice.scheduler;

import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.ReceiverInfo;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.task.WorkerCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The receivers of a program as its driver runs them: started, told how fast to go, moved and ended on its workers. */
final class Receivers {

  private static final Logger log = LoggerFactory.getLogger(Receivers.class);

  private record LastError(String message, Instant time) {}

  private final ContextSetup setup;
  private final Journal journal;
  private final WorkerLinks links;
  private final Supplier<List<WorkerTable.Worker>> sites;
  private final Supplier<BlockTracker> tracker;
  private final RateControl rates;
  private final BlockCounts counts = new BlockCounts();
  private final Map<Integer, LastError> errors = new HashMap<>();
  private ReceiverTable table = new ReceiverTable(List.of());
  private Map<Integer, String> loggedStreams = Map.of();
  private boolean receiving;

  /**
   * @param sites the workers that can be given a receiver
   * @param tracker counts their blocks
   */
  Receivers(
      ContextSetup setup,
      Journal journal,
      WorkerLinks links,
      Recovered recovered,
      Supplier<List<WorkerTable.Worker>> sites,
      Supplier<BlockTracker> tracker) {
    this.setup = setup;
    this.journal = journal;
    this.links = links;
    this.sites = sites;
    this.tracker = tracker;
    this.rates = new RateControl(setup.rate(), setup.intervalMillis());
    rates.restore(recovered.rates());
  }

  /** Where each of them runs. */
  ReceiverTable table() {
    return table;
  }

  /** Starts a program's receivers; lost ones are started again from now on. */
  void begin(List<StreamProgram.ReceiverSpec> specs) {
    table = new ReceiverTable(specs);
    start();
  }

  /** Receivers will go on where those of an earlier run have ended. */
  void beginAgain(List<StreamProgram.ReceiverSpec> specs, Restart restart) {
    table = new ReceiverTable(specs, restart.attempts(), restart.positions());
    rates.restore(restart.rates());
  }

  /** The receivers of the driver before are taken over. */
  void takeOver(List<StreamProgram.ReceiverSpec> specs, Recovered recovered) {
    table = new ReceiverTable(specs, recovered);
  }

  /** The blocks of these streams are kept durably, under these names. */
  void logStreams(Map<Integer, String> names) {
    loggedStreams = names;
  }

  /** Starts those that run nowhere. */
  void start() {
    receiving = true;
    for (ReceiverTable.Entry entry : table.assign(sites.get())) {
      int stream = entry.spec().stream();
      int attempt = entry.attempt();
      // Another driver must know that the attempt has begun.
      journal.decide(
          ReceiverTable.decision(entry),
          () -> table
              .current(stream, attempt)
              .flatMap(ReceiverTable.Entry::worker)
              .ifPresent(worker -> links.tell(worker, start(entry))));
    }
  }

  /** Whether they have been started. */
  boolean isReceiving() {
    return receiving;
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
        loggedStreams.getOrDefault(entry.spec().stream(), ""));
  }

  /** Receivers on a worker that leaves end there, and start elsewhere when they have. */
  void moveFrom(String worker) {
    table.moveFrom(worker).forEach(entry -> stop(worker, entry));
  }

  private void stop(String worker, ReceiverTable.Entry entry) {
    links.tell(worker, new WorkerCommand.StopReceiver(setup.epoch(), entry.spec().stream()));
  }

  /** Whether a receiver runs on the worker. */
  boolean isHost(String worker) {
    return table.all().stream().anyMatch(entry -> entry.worker().equals(Optional.of(worker)));
  }

  /** Ends all; none starts again. */
  void stopAll() {
    table.stopAll();
    for (ReceiverTable.Entry entry : table.all()) {
      entry.worker().ifPresent(worker -> stop(worker, entry));
    }
  }

  /** A worker goes on with this driver; these are the attempts that it hosts, by stream. */
  void resumed(String worker, Map<Integer, Integer> attempts) {
    table.resumed(worker, attempts);
  }

  void workerLost(String address) {
    for (ReceiverTable.Entry entry : table.all()) {
      if (entry.worker().equals(Optional.of(address))) {
        noteError(entry, "Its worker, " + address + ", is lost");
        post(new StreamingEvent.ReceiverError(info(entry, false)));
      }
    }
    table.workerLost(address);
  }

  /** Tells receivers how fast they may go on after a batch. */
  void batchCompleted(BatchInfo batch) {
    Map<Integer, Double> changed = rates.completed(batch);
    if (!changed.isEmpty()) {
      journal.decide(new Decision.Rated(changed));
    }
    for (ReceiverTable.Entry entry : table.all()) {
      Double rate = changed.get(entry.spec().stream());
      if (rate != null) {
        WorkerCommand.SetRate message = new WorkerCommand.SetRate(
            setup.epoch(),
            entry.spec().stream(),
            entry.attempt(),
            batch.batchTime().toEpochMilli(),
            rate);
        entry.worker().ifPresent(worker -> links.tell(worker, message));
      }
    }
  }

  /** The most that a batch reads of a source that has no receiver. */
  OptionalLong maxInBatch(int stream) {
    double rate = rates.rate(stream);
    double max = rates.max();
    double allowed = rate == 0 ? max : max == 0 ? rate : Math.min(rate, max);
    return allowed == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(1, (long) (allowed * setup.intervalMillis() / 1000)));
  }

  /** How fast receivers go, for the next driver. */
  Map<Integer, Double> rates() {
    return rates.told();
  }

  /** The blocks of a batch will never be in another; receivers need not report them again. */
  void cut(List<BlockRef> blocks) {
    Map<Integer, List<Long>> numbers = new HashMap<>();
    blocks.forEach(block -> numbers
        .computeIfAbsent(block.id().owner(), stream -> new ArrayList<>())
        .add(block.id().sequence()));
    numbers.forEach((stream, cut) -> table
        .worker(stream)
        .ifPresent(
            worker -> links.tell(worker, new WorkerCommand.BlocksCut(setup.epoch(), stream, cut))));
  }

  /** Hears what a receiver says. */
  void heard(ReceiverSupervisor.Event event) {
    if (event instanceof ReceiverSupervisor.BlockStored stored) {
      table.current(stored.stream(), stored.attempt()).ifPresent(entry -> count(entry, stored));
    } else if (event instanceof ReceiverSupervisor.ReceiverStarted started) {
      table.current(started.stream(), started.attempt()).ifPresent(entry -> {
        table.started(entry);
        post(new StreamingEvent.ReceiverStarted(info(entry, true)));
      });
    } else if (event instanceof ReceiverSupervisor.ReceiverError error) {
      table
          .current(error.stream(), error.attempt())
          .ifPresent(entry -> failed(entry, error.message()));
    } else if (event instanceof ReceiverSupervisor.ReceiverStopped ended) {
      table.current(ended.stream(), ended.attempt()).ifPresent(entry -> {
        ended.uncut().forEach(stored -> count(entry, stored));
        stopped(entry, ended.reason());
      });
    }
  }

  /** Counts a block once; it belongs to the next batch that is cut. */
  private void count(ReceiverTable.Entry entry, ReceiverSupervisor.BlockStored stored) {
    if (tracker.get().add(stored.block())) {
      if (stored.hasPosition()) {
        table.reached(entry, stored.position());
      }
      counts.add(stored);
    } else {
      counts.addKnown(stored);
    }
    decideCounts();
  }

  /** The sources of blocks hear that these are safe when another driver would know of them. */
  private void decideCounts() {
    counts
        .next()
        .ifPresent(group -> journal.decide(group.decision(), () -> {
          group.stored().forEach(this::tellCounted);
          counts.decided();
          decideCounts();
        }));
  }

  private void tellCounted(ReceiverSupervisor.BlockStored stored) {
    List<Long> number = List.of(stored.block().id().sequence());
    table
        .current(stored.stream(), stored.attempt())
        .flatMap(ReceiverTable.Entry::worker)
        .ifPresent(worker -> links.tell(
            worker, new WorkerCommand.BlocksCounted(setup.epoch(), stored.stream(), number)));
  }

  private void failed(ReceiverTable.Entry entry, String message) {
    log.warn(
        "Receiver [{}] on [{}]: {}",
        entry.spec().name(),
        entry.worker().orElse("no worker"),
        message);
    noteError(entry, message);
    post(new StreamingEvent.ReceiverError(info(entry, entry.isActive())));
  }

  private void stopped(ReceiverTable.Entry entry, String reason) {
    noteError(entry, reason);
    ReceiverInfo info = info(entry, false);
    if (table.stopped(entry)) {
      post(new StreamingEvent.ReceiverStopped(info));
    } else {
      start();
    }
  }

  private void noteError(ReceiverTable.Entry entry, String message) {
    errors.put(entry.spec().stream(), new LastError(message, setup.ticker().now()));
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
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
