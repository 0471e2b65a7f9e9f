package io.sluice;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializerWithStringManifest;
import io.sluice.api.SluiceException;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Carries the messages of {@link ActorStream} between nodes, with records as the codec of records encodes them. */
final class ActorStreamSerializer extends SerializerWithStringManifest {

  private static final int IDENTIFIER = 5_171_201;

  private final ExtendedActorSystem system;
  private final RecordCodec codec = new RecordCodec(ProgramJars.loader());

  ActorStreamSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    if (message instanceof ActorStream.Records || message instanceof ActorStream.Encoded) {
      return "records";
    }
    return message.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @Override
  public byte[] toBinary(Object message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      if (message instanceof ActorStream.Records<?> records) {
        byte[] encoded = encode(records);
        writeRef(out, records.replyTo());
        out.writeInt(records.records().size());
        out.write(encoded);
      } else if (message instanceof ActorStream.Encoded<?> records) {
        writeRef(out, records.replyTo());
        out.writeInt(records.count());
        out.write(records.bytes());
      } else if (message instanceof ActorStream.Init<?> init) {
        writeRef(out, init.replyTo());
      } else if (message instanceof ActorStream.Failure<?> failure) {
        writeText(out, failure.reason());
      } else if (message instanceof ActorStream.Refused refused) {
        writeText(out, refused.reason());
      } else if (!(message instanceof ActorStream.Complete
          || message instanceof ActorStream.Stored)) {
        throw new IllegalArgumentException(message.getClass() + " does not travel");
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Tells the sender of records that cannot travel, since nothing of them arrives. */
  private byte[] encode(ActorStream.Records<?> message) {
    try {
      byte[] bytes = codec.encode(message.records());
      long longest = RemoteFrame.dataBytes(system.settings().config());
      if (bytes.length > longest) {
        throw new IllegalArgumentException(
            "%d records take %d bytes; a message to another node can have %d. Send fewer at a time, or raise %s on all nodes."
                .formatted(message.records().size(), bytes.length, longest, RemoteFrame.SETTING));
      }
      return bytes;
    } catch (SluiceException | IllegalArgumentException failure) {
      message.replyTo().tell(new ActorStream.Refused(String.valueOf(failure.getMessage())));
      throw failure;
    }
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return switch (manifest) {
        case "records" -> {
          ActorRef<ActorStream.Reply> replyTo = readRef(in);
          int count = in.readInt();
          yield new ActorStream.Encoded<>(in.readAllBytes(), count, replyTo);
        }
        case "init" -> new ActorStream.Init<>(readRef(in));
        case "complete" -> new ActorStream.Complete<>();
        case "failure" -> new ActorStream.Failure<>(readText(in));
        case "stored" -> new ActorStream.Stored();
        case "refused" -> new ActorStream.Refused(readText(in));
        default -> throw new NotSerializableException("Unknown message '" + manifest + "'");
      };
    } catch (NotSerializableException unknown) {
      throw unknown;
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  private void writeRef(DataOutputStream out, ActorRef<?> ref) throws IOException {
    writeText(out, resolver().toSerializationFormat(ref));
  }

  private ActorRef<ActorStream.Reply> readRef(DataInputStream in) throws IOException {
    return resolver().resolveActorRef(readText(in));
  }

  private ActorRefResolver resolver() {
    return ActorRefResolver.get(Adapter.toTyped(system));
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
