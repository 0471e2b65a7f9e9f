package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.sluice.block.DataNode;
import io.sluice.scheduler.ContextActor;
import io.sluice.task.TaskWorker;

/** The nodes a context runs on, as its driver sees them. */
public interface Deployment extends AutoCloseable {

  /** Where the driver's actor runs. */
  ActorSystem<?> system();

  /** The driver's side of the side channel. */
  DataNode node();

  /** Partitions of keyed data where the settings name no number. */
  int defaultPartitions();

  /** Whether workers run on other nodes, may fall silent and must be watched. */
  boolean isWatched();

  /** What a worker must present to be let in. */
  String proof();

  /** Makes the driver known, so that workers announce themselves to it. */
  void publish(
      String name, ActorRef<TaskWorker.Event> driver, ActorRef<ContextActor.Command> context);

  /** Ends what the deployment started itself. Blocks until it has ended. */
  @Override
  void close();
}
