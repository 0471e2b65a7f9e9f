package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does without its driver. */
class TaskWorkerTest {

  private static final Duration ALMOST = Duration.ofMillis(29_999);
  private static final Duration THE_REST = Duration.ofMillis(1);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<WorkerEvent> driver = kit.createTestProbe();
  private final TestProbe<WorkerEvent> successor = kit.createTestProbe();
  private final TestProbe<WorkerCommand> watcher = kit.createTestProbe();
  private final DataNode node;
  private final ActorRef<WorkerCommand> worker;

  TaskWorkerTest(@TempDir Path directory) {
    BlockSettings blocks = new BlockSettings(1, 1, directory);
    LocalNetwork network = new LocalNetwork();
    node = new DataNode(
        new BlockStore(blocks),
        new ShuffleSpace(new ShuffleSettings(1), blocks),
        handler -> network.open("here", handler));
    worker = kit.spawn(TaskWorker.create(
        driver.ref(),
        new TaskWorker.Host(
            node,
            Runnable::run,
            1,
            "here",
            "version",
            "proof",
            Faults.NONE,
            new ReceiverSupervisor.Backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
            ReceiverThreads.REAL,
            RecordCodec::new)));
    driver.expectMessageClass(WorkerEvent.WorkerReady.class);
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    node.close();
  }

  @Test
  void asksUntilTheDriverIsGone() {
    time.timePasses(Duration.ofMillis(500));
    driver.expectMessageClass(WorkerEvent.WorkerReady.class);

    worker.tell(new WorkerCommand.DriverGone(successor.ref()));
    time.timePasses(Duration.ofMillis(500));
    driver.expectMessageClass(WorkerEvent.WorkerReady.class);

    worker.tell(new WorkerCommand.DriverGone(driver.ref()));
    watcher.expectTerminated(worker);
  }

  @Test
  void keepsWhatItHasForAnotherDriverFor30Seconds() {
    join(true);

    worker.tell(new WorkerCommand.DriverGone(driver.ref()));
    time.expectNoMessageFor(ALMOST, driver);
    time.timePasses(THE_REST);

    watcher.expectTerminated(worker);
  }

  @Test
  void goesOnWithAnotherDriverAndHearsNoMoreOfTheEndOfTheFirst() {
    join(true);

    worker.tell(new WorkerCommand.DriverGone(driver.ref()));
    time.expectNoMessageFor(ALMOST, driver);
    worker.tell(new WorkerCommand.Handover(successor.ref(), 2, 1000, "there"));
    successor.expectMessageClass(WorkerEvent.Resumed.class);
    time.timePasses(THE_REST);
    worker.tell(new WorkerCommand.DriverGone(driver.ref()));
    time.timePasses(ALMOST.multipliedBy(2));

    worker.tell(new WorkerCommand.Ping(2, 5, Link.Report.NONE));
    assertThat(successor.expectMessageClass(WorkerEvent.Pong.class).number()).isEqualTo(5);
  }

  @Test
  void endsAtOnceWithADriverThatNobodyFollows() {
    join(false);

    worker.tell(new WorkerCommand.DriverGone(driver.ref()));

    watcher.expectTerminated(worker);
  }

  @Test
  void registersAgainWhenItIsGivenUp() {
    join(true);

    worker.tell(new WorkerCommand.Dismiss(1, "it was silent", false));

    driver.expectMessageClass(WorkerEvent.WorkerReady.class);
  }

  private void join(boolean outlivesDriver) {
    worker.tell(new WorkerCommand.Accepted(
        7,
        "context",
        1,
        1000,
        "here",
        List.of(),
        outlivesDriver,
        new WorkerCommand.Checkpoint("", false, false)));
    driver.expectMessageClass(WorkerEvent.WorkerUp.class);
  }
}
