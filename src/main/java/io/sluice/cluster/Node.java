package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import io.sluice.block.BlockStore;
import io.sluice.block.DataChannel;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.block.TcpChannel;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.receiver.ReceiverThreads;
import io.sluice.task.TaskWorker;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** What a node has once, whatever number of contexts it works for: its store, its data port and its task threads. */
final class Node implements AutoCloseable {

  private final DataNode data;
  private final LedgerWire ledgers;
  private final ExecutorService taskThreads;
  private final Settings settings;
  private final String host;

  private Node(
      Settings settings, String host, Function<DataChannel.Handler, DataChannel> openChannel) {
    this.settings = settings;
    this.host = host;
    this.data = new DataNode(
        new BlockStore(settings.block()),
        new ShuffleSpace(settings.shuffle(), settings.block()),
        openChannel);
    this.ledgers = new LedgerWire(data);
    AtomicInteger number = new AtomicInteger();
    this.taskThreads = Executors.newFixedThreadPool(settings.task().slots(), task -> {
      Thread thread = new Thread(task, "sluice-task-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    });
  }

  /** A node inside this process, reached by method calls. */
  static Node simulated(Settings settings, Function<DataChannel.Handler, DataChannel> openChannel) {
    return new Node(settings, "localhost", openChannel);
  }

  /** A node with a data port of its own. */
  static Node onPort(ActorSystem<?> system, Settings settings) {
    ClusterSystem.requireSecured(system.settings().config(), settings.cluster().tls());
    return new Node(
        settings,
        settings.cluster().dataHost(),
        handler -> TcpChannel.open(system, settings.cluster(), handler));
  }

  DataNode data() {
    return data;
  }

  LedgerWire ledgers() {
    return ledgers;
  }

  TaskWorker.Host workerHost(String proof, Faults faults) {
    return new TaskWorker.Host(
        data,
        taskThreads,
        settings.task().slots(),
        host,
        Version.current(),
        proof,
        faults,
        new ReceiverSupervisor.Backoff(
            settings.receiver().minBackoff(), settings.receiver().maxBackoff()),
        ReceiverThreads.REAL,
        RecordCodec::new);
  }

  @Override
  public void close() {
    taskThreads.shutdownNow();
    data.close();
  }
}
