package io.sluice.scheduler;

import io.sluice.task.WorkerEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which workers a driver gives up, and when. One whose data others have too goes at the first sign, since giving up a
 * worker that lives costs little; one that has the only copy of something gets much more time, since it may just be slow.
 */
final class FailureDetector {

  private static final Logger log = LoggerFactory.getLogger(FailureDetector.class);

  private static final int LAST_COPY_PATIENCE = 15;

  private final ContextSetup setup;
  private final Fleet fleet;
  private final Batches batches;
  private final Journal journal;
  private final Map<String, Long> brokenAtBeat = new HashMap<>();
  private Set<String> kept = Set.of();
  private int unansweredRounds;

  FailureDetector(ContextSetup setup, Fleet fleet, Batches batches, Journal journal) {
    this.setup = setup;
    this.fleet = fleet;
    this.batches = batches;
    this.journal = journal;
  }

  /** A heartbeat has passed. */
  void beat() {
    keepTheOnlyCopies();
    if (isCutOff()) {
      return;
    }
    for (WorkerTable.Worker silent : fleet.silent(1)) {
      if (batches.departures().canSpare(silent.address())) {
        lose(silent.address(), "it was silent for too long");
      }
    }
    for (WorkerTable.Worker silent : fleet.silent(LAST_COPY_PATIENCE)) {
      lose(silent.address(), "it was silent for far too long");
    }
  }

  private void keepTheOnlyCopies() {
    Set<String> only = new HashSet<>(fleet.usable());
    only.removeIf(batches.departures()::canSpare);
    if (!only.equals(kept)) {
      kept = only;
      setup.nodes().keep(only);
    }
  }

  /** A heartbeat time-out has passed in which workers of the driver before have not answered. */
  void unanswered() {
    unansweredRounds++;
    for (String worker : fleet.resumption().awaited()) {
      if (unansweredRounds >= LAST_COPY_PATIENCE || batches.departures().canSpare(worker)) {
        lose(worker, "it did not answer the new driver");
      }
    }
  }

  /** A node that has been silent for long enough to be replaced as a driver gets little time more as a worker. */
  void stillSilent() {
    String node = setup.nodes().silentNode();
    if (fleet.resumption().awaited().contains(node) && batches.departures().canSpare(node)) {
      lose(node, "it is as silent as the driver before, which was on the same node");
    }
  }

  /**
   * The data connection to a worker broke, or could not be opened: usually its process was killed. True if the worker
   * stays until a second connection says more, because it has the only copy of something.
   */
  boolean staysThoughBroken(String address) {
    Long before = brokenAtBeat.put(address, fleet.beats());
    boolean again = before != null && fleet.beats() - before <= fleet.beatsAllowed();
    if (!again && !batches.departures().canSpare(address)) {
      log.warn(
          "The data connection to worker [{}] of [{}] broke; it has the only copy of something and is tried again",
          address,
          setup.name());
      return true;
    }
    lose(address, "its data connection broke");
    return false;
  }

  /** Two workers that are both heard here may not reach each other: then one of them goes. */
  void parted(WorkerEvent.TaskFailed failed) {
    fleet
        .parted(failed, batches.departures()::canSpare)
        .ifPresent(gone -> lose(gone, "it and another worker do not reach each other"));
  }

  /** Gives a worker up, if there is such a one: all that it had to do is done by others. */
  void lose(String address, String reason) {
    Optional<Fleet.Loss> loss = fleet.lose(address, reason);
    if (loss.isPresent()) {
      batches.workerLost(address, reason, loss.get());
      fleet.receivers().start();
    }
  }

  /**
   * A driver whose ledger does not answer gives up no worker: it is rather itself that is cut off, and what it decides
   * then may still reach a directory, and mislead the driver that goes on.
   */
  private boolean isCutOff() {
    int silent = journal.beatsWithoutAnswer();
    if (silent == beatsUntilReplaced()) {
      log.warn(
          "[{}] can decide nothing: its ledger, which other nodes hold, has not answered for [{}] ms; another driver may go on in its place",
          setup.name(),
          setup.heartbeatInterval().multipliedBy(silent).toMillis());
    }
    return silent > fleet.beatsAllowed() / 2;
  }

  /** Whether another driver may be there already, since the ledger has not answered this one for so long. */
  boolean mayBeReplaced() {
    return journal.beatsWithoutAnswer() >= beatsUntilReplaced();
  }

  private long beatsUntilReplaced() {
    return fleet.beatsAllowed() * 2;
  }
}
