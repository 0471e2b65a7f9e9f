package io.sluice.scheduler;

import akka.actor.typed.ActorRef;
import io.sluice.task.WorkerCommand;
import java.util.Set;

/** The nodes around a driver, as far as who belongs to the cluster is concerned. */
public interface Nodes {

  /** Whether a worker may come in as far as its node is concerned; it asks again if not. */
  boolean isWelcome(ActorRef<WorkerCommand> worker);

  /** Data address of the node of a driver that was replaced because it was silent; empty if there is none. */
  default String silentNode() {
    return "";
  }

  /**
   * Nodes that have the only copy of something: they are not to be taken out of the cluster as soon as others.
   *
   * @param addresses data addresses; in place of those that were named before
   */
  default void keep(Set<String> addresses) {}
}
