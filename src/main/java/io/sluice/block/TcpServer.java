package io.sluice.block;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.io.Inet;
import akka.io.TcpSO;
import akka.stream.AbruptStageTerminationException;
import akka.stream.AbruptTerminationException;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Tcp;
import akka.util.ByteString;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Frames.Frame;
import io.sluice.block.Frames.Incoming;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The side channel's listening end: takes and gives blocks for peers that hold the cluster's token and, with TLS, a certificate. */
final class TcpServer {

  private static final Logger log = LoggerFactory.getLogger(TcpServer.class);
  private static final int MAX_OPEN_TRANSFERS = 256;
  /** A peer whose machine vanished never closes its connection; the kernel asks it now and then. */
  private static final List<Inet.SocketOption> NOTICE_VANISHED = List.of(TcpSO.keepAlive(true));

  private static final int BACKLOG = 100;

  private final byte[] token;
  private final @Nullable TlsIdentity tls;
  private final DataChannel.Handler handler;
  private final StrangerNews strangers = new StrangerNews();

  TcpServer(String token, @Nullable TlsIdentity tls, DataChannel.Handler handler) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.tls = tls;
    this.handler = handler;
  }

  CompletionStage<Tcp.ServerBinding> bind(ActorSystem<?> system, String host, int port) {
    // TLS has something to say after one side has ended: why, or that nothing was cut off.
    boolean halfClose = tls != null;
    return Tcp.get(system)
        .bind(host, port, BACKLOG, NOTICE_VANISHED, halfClose, Optional.empty())
        .to(Sink.foreach(connection ->
            secured(connection).join(conversation(connection.remoteAddress())).run(system)))
        .run(system);
  }

  private Flow<ByteString, ByteString, NotUsed> secured(Tcp.IncomingConnection connection) {
    return tls == null
        ? connection.flow()
        : TlsFlow.around(
            connection.flow(),
            () -> new TellingEngine(tls.accepting(), failure -> logStranger(connection, failure)));
  }

  private Flow<ByteString, ByteString, NotUsed> conversation(InetSocketAddress peer) {
    return Frames.decoder()
        .statefulMapConcat(() -> new Conversation()::answer)
        .watchTermination((value, ended) -> {
          var unused = ended.whenComplete((done, failure) -> logFailure(peer, failure));
          return value;
        });
  }

  private void logStranger(Tcp.IncomingConnection connection, SSLException failure) {
    InetSocketAddress peer = connection.remoteAddress();
    String reason = String.valueOf(failure.getMessage());
    if (strangers.isNews(peer.getHostString(), reason, System.nanoTime())) {
      String port = Integer.toString(connection.localAddress().getPort());
      log.warn(StrangerNews.refusal(peer.getHostString() + ":" + peer.getPort(), port, reason));
    }
  }

  private static void logFailure(InetSocketAddress peer, @Nullable Throwable failure) {
    boolean told = failure instanceof SSLException;
    if (failure != null && !told && !endsWithItsSystem(failure)) {
      log.warn("Closing the data connection from [{}]: {}", peer, failure.getMessage());
    }
  }

  private static boolean endsWithItsSystem(Throwable failure) {
    return failure instanceof AbruptTerminationException
        || failure instanceof AbruptStageTerminationException;
  }

  private final class Conversation {
    private final Map<Long, Incoming> open = new HashMap<>();
    private boolean trusted;

    List<ByteString> answer(Frame frame) {
      if (!trusted) {
        greet(frame);
        return List.of();
      }
      return switch (frame.type()) {
        case Frames.PUT -> {
          if (open.size() >= MAX_OPEN_TRANSFERS) {
            throw new IllegalStateException("more than " + MAX_OPEN_TRANSFERS + " open transfers");
          }
          Incoming incoming = new Incoming(frame.payload());
          open.put(frame.request(), incoming);
          yield finishIfComplete(frame.request(), incoming);
        }
        case Frames.DATA -> {
          Incoming incoming = open.get(frame.request());
          if (incoming == null) {
            throw new IllegalStateException("data without a transfer");
          }
          incoming.add(frame.payload());
          yield finishIfComplete(frame.request(), incoming);
        }
        case Frames.GET -> give(frame);
        default -> throw new IllegalStateException("unexpected frame of type " + frame.type());
      };
    }

    private void greet(Frame frame) {
      if (frame.type() != Frames.HELLO
          || !MessageDigest.isEqual(frame.payload().toArray(), token)) {
        throw new SecurityException(
            "the peer did not present this cluster's token (sluice.cluster.token)");
      }
      trusted = true;
    }

    private List<ByteString> finishIfComplete(long request, Incoming incoming) {
      if (!incoming.isComplete()) {
        return List.of();
      }
      open.remove(request);
      try {
        DataChannel.Payload payload = incoming.payload();
        handler.onPut(incoming.id(), payload.bytes(), payload.records());
        return List.of(Frames.frame(Frames.ACK, request, ByteString.emptyByteString()));
      } catch (RuntimeException refused) {
        return List.of(error(request, refused));
      }
    }

    private List<ByteString> give(Frame frame) {
      BlockId id = Frames.readId(frame.payload().toByteBuffer());
      try {
        DataChannel.Payload found = handler.onGet(id);
        return Frames.transfer(Frames.FOUND, frame.request(), id, found.bytes(), found.records());
      } catch (RuntimeException refused) {
        return List.of(error(frame.request(), refused));
      }
    }
  }

  private static ByteString error(long request, RuntimeException failure) {
    ErrorCode code = failure instanceof SluiceException known ? known.code() : ErrorCode.INTERNAL;
    return Frames.refusal(request, code, String.valueOf(failure.getMessage()));
  }
}
