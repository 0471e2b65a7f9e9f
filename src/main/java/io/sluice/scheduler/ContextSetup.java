package io.sluice.scheduler;

import io.sluice.api.BatchSettings;
import io.sluice.api.CheckpointSettings;
import io.sluice.api.RateSettings;
import io.sluice.api.ReceiverSettings;
import io.sluice.api.SluiceException;
import io.sluice.api.TaskSettings;
import io.sluice.api.Ticker;
import io.sluice.block.DataNode;
import io.sluice.checkpoint.Ledger;
import io.sluice.task.WorkerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Everything a context's actor is started with.
 *
 * @param id tells this run of the context from all others
 * @param partitions of keyed data
 * @param execution runs the program's functions on the driver
 * @param version of Sluice, which workers must share
 * @param proof that a worker must give of knowing the cluster's token
 * @param nodes the cluster around the driver
 * @param watched whether workers are on other nodes and may fall silent
 * @param ledger where the driver's decisions are kept; empty if they end with it
 * @param durable where the context is kept; empty if it ends with its processes
 * @param survived whether another driver can go on when this one is lost
 */
public record ContextSetup(
    long id,
    String name,
    long epoch,
    long intervalMillis,
    int partitions,
    BatchSettings batch,
    ReceiverSettings receiver,
    RateSettings rate,
    TaskSettings task,
    Ticker ticker,
    DriverExecution execution,
    DataNode node,
    List<WorkerCommand.ProgramJar> jars,
    String version,
    String proof,
    Nodes nodes,
    boolean watched,
    boolean survived,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    int minWorkers,
    ListenerBus listeners,
    Counters counters,
    Broadcasts broadcasts,
    Optional<OpenLedger> ledger,
    Optional<Durable> durable) {

  /**
   * Where a context is kept so that it outlives all its processes.
   *
   * @param directory of this context alone
   * @param replayMillis the only batch that is wanted again, if nothing shall be written
   */
  public record Durable(Path directory, CheckpointSettings settings, Optional<Long> replayMillis) {

    WorkerCommand.Checkpoint forWorkers() {
      return new WorkerCommand.Checkpoint(
          directory.toString(), settings.sync(), replayMillis.isPresent());
    }
  }

  /** A ledger, and what it had when it was opened. */
  public record OpenLedger(Ledger ledger, Ledger.Opened opened) {

    /** Whether the context has ended for good. */
    public boolean isEnded() {
      return !Recovered.of(opened, 1).ended().isEmpty();
    }

    /** Opens a ledger; blocks until it is open. */
    public static OpenLedger open(Ledger ledger) {
      try {
        return new OpenLedger(ledger, ledger.open().toCompletableFuture().join());
      } catch (CompletionException failure) {
        throw failure.getCause() instanceof SluiceException known ? known : failure;
      }
    }

    /** The partitions of keyed data in what a ledger has; 0 if no program has begun. */
    public static int partitions(Ledger.Opened opened) {
      return Recovered.of(opened, 0).partitions();
    }
  }
}
