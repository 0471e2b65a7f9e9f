package io.sluice.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.jackson.JacksonCborSerializer;
import com.typesafe.config.ConfigFactory;
import io.sluice.checkpoint.LedgerMessage.Answer;
import io.sluice.checkpoint.LedgerMessage.Append;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Find;
import io.sluice.checkpoint.LedgerMessage.Found;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Open;
import io.sluice.checkpoint.LedgerMessage.Promised;
import io.sluice.checkpoint.LedgerMessage.Reach;
import io.sluice.checkpoint.LedgerMessage.Refused;
import io.sluice.checkpoint.LedgerMessage.Request;
import io.sluice.plan.Message;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What travels is encoded by Jackson and comes back equal, by itself and as a part of another message. */
class LedgerMessageTest {

  /** How an actor may wrap them. */
  record Asked(Request request) implements Message {}

  record Answered(Answer answer) implements Message {}

  private static final ActorTestKit KIT =
      ActorTestKit.create(ConfigFactory.parseString("akka.actor.allow-java-serialization = off")
          .withFallback(ConfigFactory.load()));
  private static final Serialization SERIALIZATION =
      SerializationExtension.get(Adapter.toClassic(KIT.system()));
  private static final Member MEMBER = new Member("akka://sluice@127.0.0.1:2551", Long.MIN_VALUE);
  private static final Epoch EPOCH = new Epoch(7, "owner");
  private static final List<Item> ITEMS = List.of(
      Item.snapshot(new byte[] {1, -2, 0}, List.of(MEMBER)),
      Item.entry(new byte[0]),
      Item.members(List.of(MEMBER, new Member("b", 2))));

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  static Stream<Request> requests() {
    return Stream.of(
        new Find("words", 3),
        new Open("words", MEMBER, EPOCH),
        new Append("words", MEMBER, EPOCH, 1L << 40, ITEMS));
  }

  static Stream<Answer> answers() {
    return Stream.of(
        new Found("words", 3, MEMBER, 9, new Reach(EPOCH, 5), List.of(MEMBER)),
        new Promised("words", MEMBER, EPOCH, new Reach(EPOCH, 5), ITEMS),
        new Appended("words", MEMBER, EPOCH, 1L << 40),
        new Refused("words", MEMBER, EPOCH, 9));
  }

  static Stream<Message> travelling() {
    return Stream.<Stream<Message>>of(
            requests().map(it -> it),
            answers().map(it -> it),
            requests().map(Asked::new),
            answers().map(Answered::new))
        .flatMap(it -> it);
  }

  @ParameterizedTest
  @MethodSource("travelling")
  void messageComesBackEqual(Message message) {
    byte[] bytes = SERIALIZATION.serialize(message).get();
    Object back = SERIALIZATION
        .deserialize(
            bytes,
            SERIALIZATION.findSerializerFor(message).identifier(),
            SERIALIZATION.findSerializerFor(message) instanceof JacksonCborSerializer jackson
                ? jackson.manifest(message)
                : "")
        .get();

    assertThat(back).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(message);
  }

  @Test
  void noMessageIsForgotten() {
    assertThat(requests().<Class<?>>map(Object::getClass))
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Request.class.getPermittedSubclasses()));
    assertThat(answers().<Class<?>>map(Object::getClass))
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Answer.class.getPermittedSubclasses()));
  }
}
