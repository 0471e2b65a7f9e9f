package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.jackson.JacksonCborSerializer;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ErrorCode;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.plan.CheckpointPace;
import io.sluice.plan.Message;
import io.sluice.receiver.ReceiverSupervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that travels between nodes is encoded by Jackson and comes back equal. */
class MessageSerializationTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(ConfigFactory.parseString("akka.actor.allow-java-serialization = off")
          .withFallback(ConfigFactory.load()));
  private static final Serialization SERIALIZATION =
      SerializationExtension.get(Adapter.toClassic(KIT.system()));
  private static final TestProbe<WorkerCommand> WORKER = KIT.createTestProbe();
  private static final BlockRef BLOCK =
      new BlockRef(BlockId.received(Long.MIN_VALUE, 3, 1L << 41), 10, 100, List.of("a:1", "b:2"));
  private static final byte[] CBOR_EMPTY_OBJECT = {(byte) 0xA0};
  private static final byte[] BYTES = {1, -2, 0};

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  static Stream<Message> travelling() {
    TaskSpec task = new TaskSpec(
        4,
        1,
        2,
        1,
        List.of(BLOCK),
        List.of(),
        new TaskSpec.Poison("d", "why", Set.of("received-1-2-0")));
    return Stream.of(
        new WorkerCommand.Accepted(
            1,
            "context",
            2,
            1000,
            "a:1",
            List.of(new WorkerCommand.ProgramJar(BlockId.jar(1, 0), "0f")),
            true,
            new WorkerCommand.Checkpoint("/tmp/checkpoints/context", true, false)),
        new WorkerCommand.CopyBlocks(2, 1, List.of(BLOCK.id()), "b:2"),
        new WorkerEvent.BlocksCopied(2, 1, true),
        new WorkerCommand.Leave(),
        new WorkerEvent.Leaving(WORKER.getRef(), "a:1", 5),
        new WorkerCommand.Restore(
            2,
            1,
            4000,
            8,
            List.of("000001-7f-000001.log"),
            List.of(new WorkerCommand.PartitionStart(3, "000001-7f-000001.log", 12)),
            Map.of("orders", 7),
            List.of(new WorkerCommand.LoggedFrames("000001-7f-000002.log", List.of(1, 2))),
            Map.of("lines", 0)),
        new WorkerCommand.ForgetLogged(2, Map.of("lines", List.of(1L, 1L << 41))),
        new WorkerEvent.Restored(2, 1, "a:1", ""),
        new WorkerEvent.Persisted(2, "a:1", 4000, "1-7f", 3, List.of(0, 2), ""),
        new WorkerCommand.Handover(KIT.<WorkerEvent>createTestProbe().getRef(), 3, 4000, "a:1"),
        new WorkerCommand.DriverGone(KIT.<WorkerEvent>createTestProbe().getRef()),
        new WorkerCommand.DriverIs(KIT.<WorkerEvent>createTestProbe().getRef(), 3),
        new WorkerCommand.BlocksCut(3, 0, List.of(1L, 1L << 41)),
        new WorkerEvent.Resumed(
            "a:1", 77, List.of(new WorkerEvent.Held(BLOCK.id(), 10, 100)), Map.of(0, 2)),
        new WorkerCommand.Refused("it runs another version"),
        new WorkerCommand.Inspect(2),
        new WorkerEvent.Inspected(
            2, "a:1", new ClusterInfo.Load(1, 2, 3, 4, 5, 6, 7, 8), Map.of(4, 1000L)),
        new WorkerCommand.Ping(2, 7, new Link.Report(5, 4, true)),
        new WorkerCommand.Numbered(2, 6, new WorkerCommand.StopReceiver(2, 1)),
        new WorkerCommand.Peers(2, List.of("a:1", "b:2"), List.of("b:2")),
        new WorkerCommand.DefineStage(2, 4, BYTES),
        new WorkerCommand.UndefineStage(2, 4),
        new WorkerCommand.RunTasks(
            2,
            9,
            1,
            1000,
            900,
            List.of("a:1"),
            List.of("b:2"),
            Set.of(5, 6),
            Map.of(5, 2, 6, 0),
            Map.of(1 << 16 | 3, 2),
            new WorkerCommand.BatchValues(Map.of(7, 12_000L), Map.of(0, 3)),
            List.of(task)),
        new WorkerCommand.DropKept(2, 5, 9 << 16 | 1),
        new WorkerCommand.ForgetJob(2, 9),
        new WorkerCommand.Commit(
            2,
            1000,
            9,
            400,
            List.of(BLOCK.id()),
            Map.of(5, 3000L),
            List.of("a:1"),
            Map.of(5, "orders"),
            new CheckpointPace(10_000, 20_000)),
        new WorkerCommand.CopyPartition(2, 9, 1, 8, "b:2", Set.of(5)),
        new WorkerCommand.StartReceiver(
            2, 0, 1, "lines", BYTES, 200, 1 << 20, 55, true, 1000, 12.5, "lines"),
        new WorkerCommand.SetRate(2, 0, 1, 5000, 123.25),
        new WorkerCommand.StopReceiver(2, 0),
        new WorkerCommand.BlocksCounted(2, 0, List.of(1L, 1L << 41)),
        new WorkerCommand.Dismiss(2, "the context has ended", true),
        new WorkerEvent.WorkerReady(WORKER.getRef(), "a:1", 77, 2, "host", "0.1.0", "proof"),
        new WorkerEvent.WorkerUp("a:1", 77),
        new WorkerEvent.WorkerFailed("a:1", 77, "a jar is damaged"),
        new WorkerEvent.Pong("a:1", 77, 7, new Link.Report(4, 5, false)),
        new WorkerEvent.Numbered("a:1", 77, 6, new WorkerEvent.PartitionCopied(1, 9, true)),
        new WorkerEvent.FromReceiver(new ReceiverSupervisor.ReceiverError(0, 1, "no answer")),
        new WorkerEvent.TaskFinished(
            2,
            9,
            1,
            1,
            2,
            "a:1",
            List.of(new WorkerEvent.ResultPart(0, BYTES)),
            new WorkerEvent.TaskReport(
                Map.of("bad lines", 3L),
                List.of(new WorkerEvent.SeenTime(7, 0, 11_000)),
                new WorkerEvent.Figures(1, 2, 3, 4, 5, 6, 7, 8))),
        new WorkerEvent.TaskFailed(
            2, 9, 1, 1, 2, "a:1", ErrorCode.TASK_FAILED, "it threw", "b:2", "at Some.line"),
        new WorkerEvent.PartitionCopied(1, 9, true),
        new ReceiverSupervisor.ReceiverStarted(0, 1, "a:1"),
        new ReceiverSupervisor.BlockStored(0, 1, BLOCK, 55, true),
        new ReceiverSupervisor.ReceiverError(0, 1, "connection refused"),
        new ReceiverSupervisor.ReceiverStopped(
            0,
            1,
            "the context has ended",
            List.of(new ReceiverSupervisor.BlockStored(0, 1, BLOCK, 55, true))));
  }

  @ParameterizedTest
  @MethodSource("travelling")
  void messageComesBackEqual(Message message) {
    byte[] bytes = SERIALIZATION.serialize(message).get();
    Object back = SERIALIZATION
        .deserialize(
            bytes,
            SERIALIZATION.findSerializerFor(message).identifier(),
            message.getClass().getName())
        .get();

    assertThat(SERIALIZATION.findSerializerFor(message)).isInstanceOf(JacksonCborSerializer.class);
    assertThat(back)
        .usingRecursiveComparison()
        .withEqualsForType(Object::equals, ActorRef.class)
        .withStrictTypeChecking()
        .isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javax.management.ObjectName",
        "java.util.ArrayList",
        "java.lang.ProcessBuilder",
        "io.sluice.api.Pair"
      })
  void aClassThatIsNoMessageIsNotRead(String name) {
    int jackson = SERIALIZATION.findSerializerFor(new WorkerCommand.Leave()).identifier();

    assertThat(
            SERIALIZATION.deserialize(CBOR_EMPTY_OBJECT, jackson, name).failed().get())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  void javaSerializationOfMessagesIsOff() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject("text");
    }

    assertThat(SERIALIZATION.deserialize(bytes.toByteArray(), 1, "").failed().get())
        .hasMessageContaining("using Java serialization");
  }

  @Test
  void noMessageIsForgotten() {
    List<Class<?>> sealed =
        List.of(WorkerCommand.class, WorkerEvent.class, ReceiverSupervisor.Event.class);

    List<Class<?>> travellers = sealed.stream()
        .flatMap(MessageSerializationTest::kinds)
        .filter(type -> !type.isInterface() && !Modifier.isPrivate(type.getModifiers()))
        .toList();

    assertThat(travelling().<Class<?>>map(Object::getClass).toList())
        .containsExactlyInAnyOrderElementsOf(travellers);
  }

  private static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(MessageSerializationTest::kinds)
        : Stream.of(type);
  }
}
