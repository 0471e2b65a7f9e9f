package io.sluice;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.sluice.api.SluiceException;
import io.sluice.cluster.WorkerNode;
import java.time.Duration;

/**
 * A node of a cluster that runs tasks and receivers for all contexts of that cluster.
 *
 * <p>The node of a driver works too unless {@code sluice.cluster.driver-works} is off; all other nodes work once they are started
 * here.
 */
public final class SluiceNode implements AutoCloseable {

  private final WorkerNode node;

  private SluiceNode(WorkerNode node) {
    this.node = node;
  }

  /**
   * Starts an actor system that joins the cluster of {@code akka.cluster.seed-nodes}; blocks until it is a member, for at most
   * {@code sluice.cluster.join-timeout}. The system ends when the last member of role "driver" has left: start a new node then, to
   * wait for the next driver.
   *
   * @throws SluiceException SETTING_INVALID, PORT_UNAVAILABLE or CLUSTER_UNREACHABLE
   */
  public static SluiceNode start(Config config) {
    return new SluiceNode(WorkerNode.join(config));
  }

  /**
   * Makes a member of a running cluster a node. The system is left running at the end.
   *
   * @throws SluiceException SETTING_INVALID or PORT_UNAVAILABLE
   */
  public static SluiceNode on(ActorSystem<?> system) {
    return new SluiceNode(WorkerNode.on(system));
  }

  /** The node's address in the cluster, as {@code system@host:port}. */
  public String address() {
    return node.address();
  }

  /**
   * The node's data port, as {@code host:port}. Drivers know the node by it: it is what their log and a
   * {@link io.sluice.api.StreamingListener} call the worker.
   */
  public String dataAddress() {
    return node.dataAddress();
  }

  /**
   * Reads what an operator of a context in this cluster remembers, wherever its driver is.
   *
   * @see StateQuery#on
   */
  public <K, V> StateQuery<K, V> query(String context, String operator, Duration patience) {
    return StateQuery.on(node.system(), context, operator, patience);
  }

  /** Blocks until the node's actor system has ended. */
  public void awaitTermination() throws InterruptedException {
    node.awaitTermination();
  }

  /**
   * Leaves all contexts: others take over what the node has, between two batches, and receivers go on elsewhere. Leaves the cluster
   * then if the node joined it itself. Does not wait. What has not moved within {@code sluice.cluster.leave-timeout} is lost, as if the
   * node were killed. SIGTERM does the same.
   */
  @Override
  public void close() {
    node.close();
  }
}
