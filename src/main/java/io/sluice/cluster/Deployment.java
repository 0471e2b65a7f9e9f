package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.sluice.api.SluiceException;
import io.sluice.api.Ticker;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.scheduler.ContextCommand;
import io.sluice.scheduler.ContextSetup;
import io.sluice.scheduler.DriverExecution;
import io.sluice.scheduler.Nodes;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The nodes a context runs on, as its driver sees them. */
public interface Deployment extends Nodes, AutoCloseable {

  /** Where the driver's actor runs. */
  ActorSystem<?> system();

  /** The driver's side of the side channel. */
  DataNode node();

  /** The clock of a context that is given none. */
  default Ticker ticker() {
    return Tickers.of(system());
  }

  /** How the program's functions run on the driver. */
  default DriverExecution execution() {
    return DriverExecution.THREADS;
  }

  /** What encodes the records of a program whose classes the loader knows. */
  default RecordCodec codec(ClassLoader loader) {
    return new RecordCodec(loader);
  }

  /** A number that tells a run of a context from all others. */
  default long newContext() {
    return System.nanoTime();
  }

  /** Partitions of keyed data where the settings name no number. */
  int defaultPartitions();

  /** Whether other actors can find those of a context by the receptionist. */
  default boolean hasReceptionist() {
    return true;
  }

  /** Whether workers run on other nodes, may fall silent and must be watched. */
  boolean isWatched();

  /** What a worker must present to be let in. */
  String proof();

  /** Whether another driver can go on when this one is lost. */
  boolean outlivesDriver();

  /**
   * Refuses a name under which another driver runs, as far as this node knows: opening the directory of that context would end it. May block.
   *
   * @throws SluiceException CONTEXT_NAME_TAKEN
   */
  default void requireFree(String name) {}

  /** Opens where the decisions of a context's drivers are kept; empty if they end with the driver. May block. */
  Optional<ContextSetup.OpenLedger> openLedger(String name, long context);

  /** Whether other nodes should have the program, to go on with it. */
  boolean wantsProgram();

  /** Gives the program to other nodes, which go on with it if the driver is lost. */
  void entrust(long context, TravellingProgram program);

  /**
   * A driver that runs.
   *
   * @param name of its context
   * @param events hears workers
   * @param actor the driver itself
   * @param successor starts another that goes on in its place
   * @param open completes, for a driver that goes on, when all workers of the driver before have answered or are lost:
   *     others may come from then on
   */
  record Driver(
      String name,
      ActorRef<WorkerEvent> events,
      ActorRef<ContextCommand> actor,
      Runnable successor,
      CompletionStage<Void> open) {}

  /**
   * Makes the program's jars available to workers.
   *
   * @throws io.sluice.api.SluiceException SETTING_INVALID if one cannot be read
   */
  default List<WorkerCommand.ProgramJar> jars(long context, List<String> files) {
    return ProgramJars.offer(node(), context, files);
  }

  /** Makes a driver known, so that workers announce themselves to it. */
  void publish(Driver driver);

  /** Ends what the deployment started itself. Blocks until it has ended. */
  @Override
  void close();
}
