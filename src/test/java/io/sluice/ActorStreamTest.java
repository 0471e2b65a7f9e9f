package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.receptionist.Receptionist;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.typed.javadsl.ActorSink;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.block.RecordCodec;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ActorStreamTest {

  private static final ActorTestKit KIT = ActorTestKit.create(
      ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));

  private final TestProbe<ActorStream.Reply> sender = KIT.createTestProbe();

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @Test
  void recordsAreAnsweredWhenTheyAreStored() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> output = test.output(test.context().<String>actorStream("words"));
      test.start();
      ActorRef<ActorStream.Message<String>> words = ref(test, "words");

      words.tell(ActorStream.one("a", sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());
      words.tell(new ActorStream.Records<>(List.of("b", "c"), sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());
      words.tell(new ActorStream.Records<>(List.of(), sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());

      SocketStreamTest.untilRecorded(test, output, 3);
      assertThat(SocketStreamTest.all(output)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void sinkOfAnAkkaStreamKeepsToTheProtocol() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Integer> output = test.output(test.context().<Integer>actorStream("numbers"));
      test.start();
      ActorRef<ActorStream.Message<Integer>> numbers = ref(test, "numbers");

      Source.range(1, 500).runWith(sink(numbers), KIT.system());

      SocketStreamTest.untilRecorded(test, output, 500);
      assertThat(SocketStreamTest.all(output))
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 500).boxed().toList());
    }
  }

  @Test
  void failureOfAStreamIsReportedAndOthersGoOn() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      BlockingQueue<String> errors = new LinkedBlockingQueue<>();
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onReceiverError(ReceiverInfo receiver) {
          errors.add(receiver.lastError().orElse(""));
        }
      });
      test.output(test.context().<Integer>actorStream("numbers"));
      test.start();
      ActorRef<ActorStream.Message<Integer>> numbers = ref(test, "numbers");

      Source.<Integer>failed(new IllegalStateException("pipe is broken"))
          .runWith(sink(numbers), KIT.system());
      Source.<Integer>empty().runWith(sink(numbers), KIT.system());

      assertThat(errors.poll(20, TimeUnit.SECONDS))
          .contains("'numbers' failed")
          .contains("pipe is broken");
      numbers.tell(ActorStream.one(1, sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());
    }
  }

  private static Sink<Integer, ?> sink(ActorRef<ActorStream.Message<Integer>> ref) {
    return ActorSink
        .<Integer, ActorStream.Message<Integer>, ActorStream.Reply>actorRefWithBackpressure(
            ref,
            (replyTo, number) -> ActorStream.one(number, replyTo),
            ActorStream.Init::new,
            new ActorStream.Stored(),
            new ActorStream.Complete<>(),
            ActorStream.Failure::new);
  }

  @Test
  void sendersThatDoNotWaitAreRefusedWhenTooManyMessagesWait() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.rate.max-rate", 0.001).build()) {
      test.output(test.context().<Integer>actorStream("numbers"));
      test.start();
      ActorRef<ActorStream.Message<Integer>> numbers = ref(test, "numbers");

      for (int i = 0; i < 5000; i++) {
        numbers.tell(ActorStream.one(i, sender.getRef()));
      }

      Set<String> replies = new TreeSet<>();
      while (replies.size() < 2) {
        replies.add(sender.receiveMessage().toString());
      }
      assertThat(replies)
          .containsExactly(
              "Refused[reason=1000 messages wait to be stored. Send the next one when the last is answered, and this one again later.]",
              "Stored[]");
    }
  }

  @Test
  void sendersHearThatRecordsCannotBeStored() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.block.memory", 70_000).build()) {
      test.output(test.context().<String>actorStream("words", StorageLevel.MEMORY_ONLY));
      test.start();
      ActorRef<ActorStream.Message<String>> words = ref(test, "words");

      words.tell(ActorStream.one("x".repeat(200_000), sender.getRef()));

      assertThat(sender.expectMessageClass(ActorStream.Refused.class).reason())
          .contains("Stream 'words' could not store the records")
          .contains("can never be stored");
      sender.expectTerminated(words);
    }
  }

  @Test
  void whatWasTakenIsStoredBeforeTheContextStops() {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Integer> output = test.output(test.context().<Integer>actorStream("numbers"));
      test.start();
      ActorRef<ActorStream.Message<Integer>> numbers = ref(test, "numbers");
      for (int i = 0; i < 100; i++) {
        numbers.tell(ActorStream.one(i, sender.getRef()));
      }
      sender.receiveSeveralMessages(100);

      test.context().stop(true);

      assertThat(SocketStreamTest.all(output)).hasSize(100);
      sender.expectTerminated(numbers);
    }
  }

  @Test
  void receptionistKnowsTheActorOfAStreamByItsKey() {
    try (StreamingContext context =
        StreamingContext.on(KIT.system(), "receptionist", Duration.ofSeconds(1))) {
      context.<String>actorStream("words").print();
      context.start();
      TestProbe<Receptionist.Listing> found = KIT.createTestProbe();
      var key = ActorStream.<String>key("receptionist", "words");
      KIT.system().receptionist().tell(Receptionist.subscribe(key, found.getRef()));

      ActorRef<ActorStream.Message<String>> words = null;
      while (words == null) {
        words =
            found.expectMessageClass(Receptionist.Listing.class).getServiceInstances(key).stream()
                .findFirst()
                .orElse(null);
      }

      words.tell(ActorStream.one("a", sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());
    }
  }

  @Test
  void messagesTravelWithRecordsOfAnyClassOfTheProgram() {
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    record Order(String item, int count) {}
    List<Object> records = List.of(new Order("tea", 2), "text", List.of(1, 2));

    Object arrived = again(serialization, new ActorStream.Records<>(records, sender.getRef()));

    assertThat(arrived).isInstanceOfSatisfying(ActorStream.Encoded.class, encoded -> {
      assertThat(encoded.count()).isEqualTo(3);
      assertThat((Object) encoded.replyTo()).isEqualTo(sender.getRef());
      assertThat(new RecordCodec(getClass().getClassLoader()).decode(encoded.bytes()))
          .isEqualTo(records);
      assertThat(again(serialization, encoded)).isInstanceOf(ActorStream.Encoded.class);
    });
    for (Object message : List.of(
        new ActorStream.Init<>(sender.getRef()),
        new ActorStream.Complete<>(),
        new ActorStream.Failure<>("it broke"),
        new ActorStream.Stored(),
        new ActorStream.Refused("no room"))) {
      assertThat(again(serialization, message)).isEqualTo(message);
    }
  }

  @Test
  void senderHearsOfRecordsThatCannotTravel() {
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    Object message = ActorStream.one(new Thread("x"), sender.getRef());

    assertThatThrownBy(() -> serialization.serialize(message).get())
        .isInstanceOf(SluiceException.class);

    assertThat(sender.expectMessageClass(ActorStream.Refused.class).reason())
        .contains("java.lang.Thread")
        .contains("cannot be encoded");
  }

  private static Object again(Serialization serialization, Object message) {
    var serializer = serialization.findSerializerFor(message);
    assertThat(serializer).isInstanceOf(ActorStreamSerializer.class);
    String manifest = Serializers.manifestFor(serializer, message);
    return serialization
        .deserialize(serialization.serialize(message).get(), serializer.identifier(), manifest)
        .get();
  }

  @Test
  void damagedRecordsAreRefused() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().<String>actorStream("words"));
      test.start();
      ActorRef<ActorStream.Message<String>> words = ref(test, "words");

      words.tell(new ActorStream.Encoded<>(new byte[] {99, 1, 2}, 1, sender.getRef()));

      assertThat(sender.expectMessageClass(ActorStream.Refused.class).reason())
          .contains("Records cannot be decoded");
      words.tell(ActorStream.one("a", sender.getRef()));
      sender.expectMessage(new ActorStream.Stored());
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (StreamingContext context = StreamingContext.local("actors", Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> context.actorStream(""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Name of the actor stream '' must consist of letters");
      assertThatThrownBy(() -> context.actorStream("a b"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> context.actorStream(Absent.value()))
          .hasMessageContaining("Name of the actor stream is null");
      assertThatThrownBy(() -> context.actorStream("a", Absent.value()))
          .hasMessageContaining("Storage level is null");
      context.actorStream("a");
      assertThatThrownBy(() -> context.actorStream("a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("There is an actor stream named 'a' already");
      assertThatThrownBy(() -> context.actorStreamRef("b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "There is no actor stream named 'b'; the names are [a]. Call actorStream first.");
      assertThatThrownBy(() -> new ActorStream.Records<>(Absent.value(), sender.getRef()))
          .hasMessageContaining("list of records is null");
      assertThatThrownBy(() -> ActorStream.one("a", Absent.value()))
          .hasMessageContaining("replyTo is null");
    }
  }

  @Test
  void whoWaitsForTheActorHearsThatTheContextEnds() {
    CompletionStage<ActorRef<ActorStream.Message<String>>> ref;
    try (StreamingContext context = StreamingContext.local("actors", Duration.ofSeconds(1))) {
      context.<String>actorStream("a").print();
      ref = context.actorStreamRef("a");
    }

    assertThatThrownBy(() -> ref.toCompletableFuture().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONTEXT_STOPPED));
  }

  private static <T> ActorRef<ActorStream.Message<T>> ref(StreamingTest test, String stream) {
    return test.context().<T>actorStreamRef(stream).toCompletableFuture().join();
  }
}
