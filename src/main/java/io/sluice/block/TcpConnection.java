package io.sluice.block;

import akka.Done;
import akka.NotUsed;
import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.stream.BoundedSourceQueue;
import akka.stream.KillSwitches;
import akka.stream.QueueOfferResult;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.Tcp;
import akka.util.ByteString;
import io.sluice.api.ClusterSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.DataChannel.Payload;
import io.sluice.block.Frames.Frame;
import io.sluice.block.Frames.Incoming;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The side channel's calling end: one connection to one peer, with many requests under way. */
final class TcpConnection {

  private static final int MAX_WAITING_REQUESTS = 4096;

  private final String peer;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Long, CompletableFuture<Payload>> waiting = new ConcurrentHashMap<>();
  private final Map<Long, Incoming> incoming = new ConcurrentHashMap<>();
  private final BoundedSourceQueue<List<ByteString>> queue;
  private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
  private final Stall stall;
  private final UniqueKillSwitch breaker;

  TcpConnection(
      ActorSystem<?> system, String peer, ClusterSettings settings, @Nullable TlsIdentity tls) {
    this.peer = peer;
    this.stall = new Stall(settings.heartbeatTimeout().toNanos());
    int colon = peer.lastIndexOf(':');
    String host = peer.substring(0, colon);
    int port = Integer.parseInt(peer.substring(colon + 1));
    ByteString hello = Frames.frame(Frames.HELLO, 0, ByteString.fromString(settings.token()));
    Flow<ByteString, ByteString, NotUsed> plain = Tcp.get(system)
        .outgoingConnection(
            InetSocketAddress.createUnresolved(host, port),
            from(settings),
            List.of(),
            true,
            Optional.empty(),
            Optional.empty())
        .map(this::moving)
        .mapMaterializedValue(opened -> NotUsed.getInstance());
    Pair<Pair<BoundedSourceQueue<List<ByteString>>, UniqueKillSwitch>, CompletionStage<Done>>
        running = Source.<List<ByteString>>queue(MAX_WAITING_REQUESTS)
            .mapConcat(frames -> frames)
            .prepend(Source.single(hello))
            .map(this::moving)
            .viaMat(KillSwitches.single(), Keep.both())
            .via(tls == null ? plain : TlsFlow.around(plain, () -> tls.connecting(host, port)))
            .via(Frames.decoder())
            .toMat(Sink.foreach(this::onFrame), Keep.both())
            .run(system);
    this.queue = running.first().first();
    this.breaker = running.first().second();
    Cancellable watch = system
        .scheduler()
        .scheduleWithFixedDelay(
            settings.heartbeatInterval(),
            settings.heartbeatInterval(),
            this::breakIfStalled,
            system.executionContext());
    running.second().whenComplete((done, failure) -> {
      watch.cancel();
      onClosed(failure, false);
    });
  }

  /** Bytes have come, or the network asks for more because it has taken those before. */
  private ByteString moving(ByteString bytes) {
    stall.moved(System.nanoTime());
    return bytes;
  }

  private void breakIfStalled() {
    if (stall.isBroken(System.nanoTime())) {
      forsake();
    }
  }

  /** Gives up what waits for the peer; it will hardly answer. */
  void forsake() {
    SilentPeer silence = new SilentPeer(peer);
    onClosed(silence, true);
    breaker.abort(silence);
  }

  private static Optional<InetSocketAddress> from(ClusterSettings settings) {
    String host = settings.dataBind().outboundHost();
    return host.isBlank() ? Optional.empty() : Optional.of(new InetSocketAddress(host, 0));
  }

  CompletionStage<Void> put(BlockId id, byte[] bytes, long records) {
    long request = requests.incrementAndGet();
    return send(request, Frames.transfer(Frames.PUT, request, id, bytes, records))
        .thenApply(payload -> null);
  }

  CompletionStage<Payload> get(BlockId id) {
    long request = requests.incrementAndGet();
    return send(request, List.of(Frames.get(request, id)));
  }

  /** Completes when nothing more can be sent; true if the connection did not break but was given up. */
  CompletionStage<Boolean> closed() {
    return closed;
  }

  boolean isClosed() {
    return closed.isDone();
  }

  void close() {
    try {
      queue.complete();
    } catch (IllegalStateException endedByPeer) {
      // Nothing is left to be closed.
    }
  }

  private CompletableFuture<Payload> send(long request, List<ByteString> frames) {
    CompletableFuture<Payload> answer = new CompletableFuture<>();
    waiting.put(request, answer);
    stall.asked(System.nanoTime());
    var unused = answer.whenComplete((payload, failure) -> stall.answered());
    if (closed.isDone() || queue.offer(frames) != QueueOfferResult.enqueued()) {
      waiting.remove(request);
      answer.completeExceptionally(unreachable(null));
    }
    return answer;
  }

  private void onFrame(Frame frame) {
    CompletableFuture<Payload> answer = waiting.get(frame.request());
    if (answer == null) {
      return;
    }
    switch (frame.type()) {
      case Frames.ACK -> finish(frame.request(), new Payload(new byte[0], 0));
      case Frames.ERROR -> {
        waiting.remove(frame.request());
        answer.completeExceptionally(Frames.readRefusal(peer, frame.payload()));
      }
      case Frames.FOUND -> {
        Incoming found = new Incoming(frame.payload());
        incoming.put(frame.request(), found);
        finishIfComplete(frame.request(), found);
      }
      case Frames.DATA -> {
        Incoming found = incoming.get(frame.request());
        if (found != null) {
          found.add(frame.payload());
          finishIfComplete(frame.request(), found);
        }
      }
      default -> throw new IllegalStateException("Unexpected frame of type " + frame.type());
    }
  }

  private void finishIfComplete(long request, Incoming found) {
    if (found.isComplete()) {
      incoming.remove(request);
      finish(request, found.payload());
    }
  }

  private void finish(long request, Payload payload) {
    CompletableFuture<Payload> answer = waiting.remove(request);
    if (answer != null) {
      answer.complete(payload);
    }
  }

  private void onClosed(@Nullable Throwable failure, boolean forsaken) {
    closed.complete(forsaken);
    for (Long request : List.copyOf(waiting.keySet())) {
      CompletableFuture<Payload> answer = waiting.remove(request);
      if (answer != null) {
        answer.completeExceptionally(unreachable(failure));
      }
    }
  }

  private SluiceException unreachable(@Nullable Throwable cause) {
    String why = cause instanceof SSLException ? ": " + cause.getMessage() : "";
    return new SluiceException(
        ErrorCode.NODE_UNREACHABLE,
        "Node " + peer + " is unreachable on its data port" + why,
        cause);
  }
}
