package io.sluice.cluster;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.BlockSettings;
import io.sluice.api.Faults;
import io.sluice.api.ShuffleSettings;
import io.sluice.block.BlockStore;
import io.sluice.block.DataNode;
import io.sluice.block.LocalNetwork;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.receiver.ReceiverThreads;
import io.sluice.task.TaskWorker;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node makes of the drivers that its cluster lists. */
class NodeActorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create(
      "nodes", ConfigFactory.parseString("""
          include classpath("sluice-cluster.conf")
          """).withFallback(ConfigFactory.load()).resolve());
  private final TestProbe<WorkerEvent> heard = kit.createTestProbe();
  private final TestProbe<ActorRef<WorkerEvent>> drivers = kit.createTestProbe();
  private final DataNode data;

  NodeActorTest(@TempDir Path directory) {
    BlockSettings blocks = new BlockSettings(1, 1, directory);
    LocalNetwork network = new LocalNetwork();
    data = new DataNode(
        new BlockStore(blocks),
        new ShuffleSpace(new ShuffleSettings(1), blocks),
        handler -> network.open("here", handler));
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    kit.spawn(NodeActor.create(host(), () -> {}));
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    data.close();
  }

  @Test
  void workerOfADriverThatIsListedNoMoreHearsOfItsEnd() {
    kit.spawn(driver(), new DriverName("context", 1_700_000_000_000L, 5, 1).actor());
    ActorRef<WorkerEvent> driver = drivers.receiveMessage(PATIENCE);
    kit.system().receptionist().tell(Receptionist.register(Discovery.DRIVERS, driver));
    ActorRef<WorkerCommand> worker =
        heard.expectMessageClass(WorkerEvent.WorkerReady.class, PATIENCE).worker();

    kit.system().receptionist().tell(Receptionist.deregister(Discovery.DRIVERS, driver));

    // The driver itself lives: only the list has told it.
    kit.createTestProbe().expectTerminated(worker, PATIENCE);
  }

  private Behavior<Void> driver() {
    return Behaviors.setup(context -> {
      drivers
          .ref()
          .tell(context.spawn(
              Behaviors.receiveMessage((WorkerEvent event) -> {
                heard.ref().tell(event);
                return Behaviors.same();
              }),
              "events"));
      return Behaviors.empty();
    });
  }

  private TaskWorker.Host host() {
    return new TaskWorker.Host(
        data,
        Runnable::run,
        1,
        "here",
        "version",
        "proof",
        Faults.NONE,
        new ReceiverSupervisor.Backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
        ReceiverThreads.REAL,
        RecordCodec::new);
  }
}
