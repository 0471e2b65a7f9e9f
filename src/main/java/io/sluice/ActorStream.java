package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How actors and Akka Streams send records to a {@link StreamingContext#actorStream}.
 *
 * <p>The actor that takes them is on the worker that runs the stream's receiver, in that node's actor system. It is registered
 * with the receptionist under {@link #key}, so every member of the cluster finds it; {@link StreamingContext#actorStreamRef}
 * finds it for the driver, and inside one process. When the receiver starts again, there or on another worker, the old actor
 * ends and a new one is registered: watch it, or subscribe to the key.
 *
 * <p>Every {@link Records} is answered with {@link Stored} once its records are stored and replicated, or with {@link Refused}. A
 * sender that waits for the answer before it sends more is held back as any source is. One whose answer does not come can send
 * again, to the new actor, and records may then be there twice.
 *
 * <p>Inside one process, records are handed over as they are and must not be changed any more. To another node they travel as
 * records do between workers, not by the serializers of Akka: plain data, no bindings needed, and the receiver's node needs no
 * classes but those of the program. A message to another node may not be longer than
 * {@code akka.remote.artery.advanced.maximum-frame-size}, 256 KiB by default; a longer one is refused.
 *
 * <p>As a sink that keeps to this protocol ({@code akka-stream-typed}):
 *
 * <pre>{@code
 * ActorSink.actorRefWithBackpressure(
 *     ref, (replyTo, order) -> ActorStream.one(order, replyTo), ActorStream.Init::new,
 *     new ActorStream.Stored(), new ActorStream.Complete<>(), ActorStream.Failure::new)
 * }</pre>
 *
 * <p>Such a sink completes when the actor ends, and does not know {@link Refused}.
 */
public final class ActorStream {

  private ActorStream() {}

  /** What the actor of a stream hears. */
  public sealed interface Message<T> permits Records, Init, Complete, Failure, Encoded, End {}

  /** Records to be stored; in their order, and answered together. */
  public record Records<T>(List<T> records, ActorRef<Reply> replyTo) implements Message<T> {
    public Records {
      requireNonNull(records, "The list of records is null; give an empty one for none.");
      requireNonNull(replyTo, "replyTo is null; give the actor that waits for the answer.");
      records = Collections.unmodifiableList(new ArrayList<>(records));
    }
  }

  /** A stream begins to send; answered with {@link Stored}. Nobody else needs to say so. */
  public record Init<T>(ActorRef<Reply> replyTo) implements Message<T> {
    public Init {
      requireNonNull(replyTo, "replyTo is null; give the actor that waits for the answer.");
    }
  }

  /** A stream has sent all. Other senders are not affected, and there is no answer. */
  public record Complete<T>() implements Message<T> {}

  /** A stream has failed; reported as an error of the receiver, which goes on. */
  public record Failure<T>(String reason) implements Message<T> {
    public Failure {
      requireNonNull(reason, "reason is null; say what failed.");
    }

    public Failure(Throwable cause) {
      this(cause.toString());
    }
  }

  /** Records that came from another node. */
  record Encoded<T>(byte[] bytes, int count, ActorRef<Reply> replyTo) implements Message<T> {}

  /** The receiver ends. */
  record End<T>() implements Message<T> {}

  /** What a sender hears. */
  public sealed interface Reply permits Stored, Refused {}

  /** The records are stored, in as many copies as the stream's storage level asks for. */
  public record Stored() implements Reply {}

  /** The records are not stored. */
  public record Refused(String reason) implements Reply {}

  /** One record to be stored. */
  public static <T> Message<T> one(T record, ActorRef<Reply> replyTo) {
    return new Records<>(Collections.singletonList(record), replyTo);
  }

  /**
   * Under what the receptionist knows the actor of a stream.
   *
   * @param context name of the context
   * @param stream name of the stream
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // a key knows the class only
  public static <T> ServiceKey<Message<T>> key(String context, String stream) {
    ServiceKey key = ServiceKey.create(
        Message.class, "sluice-stream/" + requireNonNull(context) + "/" + requireNonNull(stream));
    return key;
  }
}
