package io.sluice.receiver;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.FishingOutcome;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.BlockSettings;
import io.sluice.api.Receiver;
import io.sluice.api.ShuffleSettings;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockRef;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import io.sluice.block.DataNode;
import io.sluice.block.LocalNetwork;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.plan.Closure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReceiverSupervisorTest {

  private static final ActorTestKit KIT = ActorTestKit.create(
      ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));
  private static final ReceiverSupervisor.Backoff BACKOFF =
      new ReceiverSupervisor.Backoff(Duration.ofMillis(1), Duration.ofMillis(10));

  /** Tells the test of its life, and does what the test says. */
  private static final class Told extends Receiver<Object> {
    private static final long serialVersionUID = 1L;
    static final BlockingQueue<String> life = new LinkedBlockingQueue<>();
    static final BlockingQueue<Told> running = new LinkedBlockingQueue<>();

    Told() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      life.add("started");
      running.add(this);
    }

    @Override
    public void onStop() {
      life.add("stopped");
    }
  }

  @TempDir
  private Path directory;

  private final TestProbe<ReceiverSupervisor.Event> driver = KIT.createTestProbe();
  private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());
  private final LocalNetwork network = new LocalNetwork();
  private DataNode node;

  @SuppressWarnings("NullAway.Init") // every test starts one
  private ActorRef<ReceiverSupervisor.Command> supervisor;

  @BeforeEach
  void open() {
    Told.life.clear();
    Told.running.clear();
    BlockSettings settings = new BlockSettings(1 << 24, 1 << 24, directory);
    node = new DataNode(
        new BlockStore(settings),
        new ShuffleSpace(new ShuffleSettings(1 << 24), settings),
        handler -> network.open("node", handler));
  }

  @AfterEach
  void close() {
    KIT.stop(supervisor);
    node.close();
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @Test
  void r1_receiverStoresRestartsAndStops() throws InterruptedException {
    Told first = start(0);
    assertThat(next(Told.life)).isEqualTo("started");
    assertThat(first.isStopped()).isFalse();

    first.store("one");
    assertThat(storedRecords()).containsExactly("one");
    assertThat(storedAndCounted(() -> first.store(List.of("two", "three"))))
        .containsExactly("two", "three");
    assertThat(
            storedAndCounted(() -> first.store(List.<Object>of("four", "five").iterator())))
        .containsExactly("four", "five");
    first.store(ByteBuffer.wrap("six\nseven\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(storedRecords()).containsExactly("six", "seven");

    first.restart("test", null, Duration.ofMillis(100));
    assertThat(next(Told.life)).isEqualTo("stopped");
    assertThat(next(Told.life)).isEqualTo("started");
    assertThat(first.isStopped()).isTrue();
    Told second = next(Told.running);
    assertThat(second).isNotSameAs(first);
    assertThat(second.isStopped()).isFalse();
    assertThat(driver.expectMessageClass(ReceiverSupervisor.ReceiverError.class).message())
        .contains("test; starting again in 100 ms");
    driver.expectMessageClass(ReceiverSupervisor.ReceiverStarted.class);

    second.stop("enough");
    assertThat(next(Told.life)).isEqualTo("stopped");
    ReceiverSupervisor.ReceiverStopped ended =
        driver.expectMessageClass(ReceiverSupervisor.ReceiverStopped.class);
    assertThat(ended.reason()).isEqualTo("enough");
    assertThat(ended.uncut())
        .extracting(stored -> stored.block().records())
        .containsExactly(1L, 2L, 2L, 2L);
    driver.expectTerminated(supervisor);
    assertThat(second.isStopped()).isTrue();
    assertThatThrownBy(() -> second.store("late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The receiver has stopped");
  }

  @Test
  void r2_recordsOfManyThreadsAreAllStored() throws InterruptedException {
    Told receiver = start(0);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 10; t++) {
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 1000; i++) {
          receiver.store("record");
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }

    long stored = 0;
    while (stored < 10_000) {
      stored += stored().block().records();
    }

    assertThat(stored).isEqualTo(10_000);
  }

  @Test
  void r3_errorIsReportedWithBothMessages() {
    Told receiver = start(0);

    receiver.reportError("broken pipe", new IllegalStateException("hello"));

    ReceiverSupervisor.ReceiverError error =
        driver.expectMessageClass(ReceiverSupervisor.ReceiverError.class);
    assertThat(error.stream()).isEqualTo(3);
    assertThat(error.message()).contains("broken pipe").contains("hello");
    assertThat(receiver.isStopped()).isFalse();
  }

  @Test
  void stopWithACauseReportsIt() {
    Told receiver = start(0);

    receiver.stop("enough", new IllegalStateException("disk is gone"));

    assertThat(driver.expectMessageClass(ReceiverSupervisor.ReceiverError.class).message())
        .contains("enough")
        .contains("disk is gone");
    driver.expectMessage(new ReceiverSupervisor.ReceiverStopped(3, 1, "enough", List.of()));
  }

  @Test
  void negativeDelayOfARestartIsRefused() {
    Told receiver = start(0);

    assertThatThrownBy(() -> receiver.restart("test", null, Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not negative, got PT-0.001S");
  }

  @Test
  void receiverIsEndedThoughItsWorkerLeaves() throws InterruptedException {
    start(0);
    assertThat(next(Told.life)).isEqualTo("started");

    KIT.stop(supervisor);

    assertThat(next(Told.life)).isEqualTo("stopped");
  }

  @Test
  void newRateWakesAReceiverThatWaitsAndAnOldOneChangesNothing() throws InterruptedException {
    Told receiver = start(0.001);
    assertThat(storedAndCounted(
            () -> receiver.store(List.of("first", "makes", "the", "next", "wait"))))
        .hasSize(5);
    Thread storing = new Thread(() -> receiver.store(List.of("next")));
    storing.start();
    while (storing.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    supervisor.tell(new ReceiverSupervisor.SetRate(7, 5000, 1_000_000));
    driver.expectNoMessage(Duration.ofMillis(20));
    supervisor.tell(new ReceiverSupervisor.SetRate(1, 5000, 1_000_000));

    assertThat(storedRecords()).containsExactly("next");
  }

  @Test
  void endOfAReceiverDoesNotWaitForTheRate() throws InterruptedException {
    Told receiver = start(0.001);
    assertThat(storedAndCounted(
            () -> receiver.store(List.of("first", "makes", "the", "next", "wait"))))
        .hasSize(5);
    Thread storing = new Thread(() -> receiver.store("next"));
    storing.start();
    while (storing.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    supervisor.tell(new ReceiverSupervisor.Stop());

    driver.fishForMessage(
        Duration.ofSeconds(20),
        event -> event instanceof ReceiverSupervisor.ReceiverStopped
            ? FishingOutcomes.complete()
            : countAndGoOn(event));
  }

  private FishingOutcome countAndGoOn(ReceiverSupervisor.Event event) {
    if (event instanceof ReceiverSupervisor.BlockStored stored) {
      supervisor.tell(new ReceiverSupervisor.Counted(List.of(stored.block().id().sequence())));
    }
    return FishingOutcomes.continueAndIgnore();
  }

  private Told start(double rate) {
    supervisor = KIT.spawn(ReceiverSupervisor.create(
        new ReceiverSupervisor.Assignment(
            1,
            3,
            1,
            "told",
            Closure.of(new Told(), "receiverStream").bytes(),
            1,
            1 << 20,
            OptionalLong.empty(),
            0,
            rate),
        node,
        codec,
        getClass().getClassLoader(),
        BACKOFF,
        ReceivedLog.none(),
        ReceiverThreads.REAL,
        driver.getRef()));
    driver.expectMessage(new ReceiverSupervisor.ReceiverStarted(3, 1, "node"));
    try {
      return next(Told.running);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private ReceiverSupervisor.BlockStored stored() {
    ReceiverSupervisor.BlockStored stored =
        driver.expectMessageClass(ReceiverSupervisor.BlockStored.class);
    supervisor.tell(new ReceiverSupervisor.Counted(List.of(stored.block().id().sequence())));
    return stored;
  }

  private List<Object> storedRecords() {
    Block block = requireNonNull(node.store().get(stored().block().id()));
    List<Object> records = new ArrayList<>();
    block.forEach(codec, records::add);
    return records;
  }

  /** What a call has stored that returns when the driver has counted it. */
  private List<Object> storedAndCounted(Runnable call) throws InterruptedException {
    Thread storing = new Thread(call);
    storing.start();
    BlockRef block =
        driver.expectMessageClass(ReceiverSupervisor.BlockStored.class).block();
    storing.join(20);
    assertThat(storing.isAlive()).isTrue();
    supervisor.tell(new ReceiverSupervisor.Counted(List.of(block.id().sequence())));
    storing.join();
    List<Object> records = new ArrayList<>();
    requireNonNull(node.store().get(block.id())).forEach(codec, records::add);
    return records;
  }

  private static <E> E next(BlockingQueue<E> queue) throws InterruptedException {
    E next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
