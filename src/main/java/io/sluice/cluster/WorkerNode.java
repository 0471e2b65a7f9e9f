package io.sluice.cluster;

import akka.Done;
import akka.actor.Cancellable;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import com.typesafe.config.Config;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import io.sluice.task.WorkerEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A node of a cluster that runs tasks and receivers for all its contexts. */
public final class WorkerNode implements AutoCloseable {

  private final ActorSystem<?> system;
  private final boolean ownsSystem;
  private final String dataAddress;
  private final ActorRef<NodeActor.Command> actor;
  private final @Nullable Node own;
  private final @Nullable ActorRef<Witness.Command> witness;
  private final CompletableFuture<Done> left = new CompletableFuture<>();
  private final Cancellable leaveBeforeEnd;

  private WorkerNode(
      ActorSystem<?> system, boolean ownsSystem, Settings settings, @Nullable Node shared) {
    this.system = system;
    this.ownsSystem = ownsSystem;
    Node node = shared != null ? shared : Node.onPort(system, settings);
    this.dataAddress = node.data().address();
    this.own = shared != null ? null : node;
    this.actor = system.systemActorOf(
        NodeActor.create(
            node.workerHost(Discovery.proof(settings.cluster()), Faults.NONE),
            ownsSystem ? system::terminate : () -> {}),
        "sluice-node",
        Props.empty());
    this.witness =
        shared == null ? Witness.start(system, node, settings, this::workFor, ownsSystem) : null;
    this.leaveBeforeEnd = CoordinatedShutdown.get(system)
        .addCancellableTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "sluice-leave-" + dataAddress,
            this::leave);
    system
        .log()
        .info(
            "Node [{}] works with [{}] slots; data port [{}]",
            system.address(),
            settings.task().slots(),
            dataAddress);
  }

  /**
   * Starts a system that joins the cluster; blocks until it is in. It ends when the last driver has left, since
   * the next one starts a cluster of its own.
   */
  public static WorkerNode join(Config config) {
    Settings settings = Settings.from(config);
    return new WorkerNode(ClusterSystem.join(config, settings.cluster()), true, settings, null);
  }

  /** Makes a member of a running cluster a worker. */
  public static WorkerNode on(ActorSystem<?> system) {
    return new WorkerNode(system, false, Settings.from(system.settings().config()), null);
  }

  static WorkerNode beside(ActorSystem<?> system, Settings settings, Node driver) {
    return new WorkerNode(system, false, settings, driver);
  }

  void workFor(ActorRef<WorkerEvent> driver) {
    actor.tell(new NodeActor.Found(driver));
  }

  public ActorSystem<?> system() {
    return system;
  }

  /** The node's address in the cluster. */
  public String address() {
    return system.address().hostPort();
  }

  /** The node's data port, by which drivers know it. */
  public String dataAddress() {
    return dataAddress;
  }

  /** Blocks until the node has ended. */
  public void awaitTermination() throws InterruptedException {
    try {
      system.getWhenTerminated().toCompletableFuture().get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Takes no more work; completes when all that the node has is elsewhere, and its workers have ended. */
  CompletionStage<Done> leave() {
    actor.tell(new NodeActor.Leave(left));
    return left;
  }

  /** Leaves the cluster if the node joined it itself, else all contexts. Does not wait. */
  @Override
  public void close() {
    if (ownsSystem) {
      system.terminate();
      var unused = system.getWhenTerminated().thenRun(this::closeOwn);
    } else {
      var unused = leave().thenRun(() -> {
        boolean unusedToo = leaveBeforeEnd.cancel();
        closeOwn();
      });
    }
  }

  private void closeOwn() {
    if (witness != null) {
      witness.tell(new Witness.Stop());
    }
    if (own != null) {
      own.close();
    }
  }
}
