package io.sluice.api;

import java.util.List;

/** The nodes of a context that are simulated inside this process. Thread-safe. */
public interface SimulatedNodes {

  /** Names of the nodes that run tasks, in the order in which they were added. */
  List<String> names();

  /** Adds a node, which is used from the next batch on, and gives its name. */
  String add();

  /**
   * Ends a node at once, as a killed process would: nothing is said and its memory is gone. The driver
   * knows before its next batch.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  void kill(String name);

  /**
   * Ends a node as one that is asked to: it stays until all that it has is on others. Does not wait for that.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  void leave(String name);

  /**
   * Ends the driver at once, as a killed process would; another goes on from the batch that was committed last, on a
   * node that runs no tasks.
   *
   * @throws IllegalStateException if the context was not started, or has one node only
   */
  void killDriver();

  /** Ends the driver and all nodes at once, as killed processes would: only durable storage is left. */
  void killAll();
}
