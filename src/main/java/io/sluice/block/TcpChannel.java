package io.sluice.block;

import akka.actor.typed.ActorSystem;
import akka.stream.javadsl.Tcp;
import io.sluice.api.ClusterSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The side channel over TCP: a listening port, and a connection to each peer that is opened when first used. */
public final class TcpChannel implements DataChannel {

  private final ActorSystem<?> system;
  private final ClusterSettings settings;
  private final @Nullable TlsIdentity tls;
  private final Tcp.ServerBinding binding;
  private final String address;
  private final Map<String, TcpConnection> connections = new ConcurrentHashMap<>();

  private TcpChannel(
      ActorSystem<?> system,
      ClusterSettings settings,
      @Nullable TlsIdentity tls,
      Tcp.ServerBinding binding) {
    this.system = system;
    this.settings = settings;
    this.tls = tls;
    this.binding = binding;
    int port = settings.dataPort() == 0 ? binding.localAddress().getPort() : settings.dataPort();
    this.address = settings.dataHost() + ":" + port;
  }

  /**
   * Opens the port; blocks until it is open.
   *
   * @throws SluiceException PORT_UNAVAILABLE, or SETTING_INVALID if a file for TLS cannot be used
   */
  public static TcpChannel open(ActorSystem<?> system, ClusterSettings settings, Handler handler) {
    String host = settings.dataBindHost();
    int port = settings.dataBindPort();
    TlsIdentity tls = TlsIdentity.read(settings.tls(), Instant.now());
    try {
      Tcp.ServerBinding binding = new TcpServer(settings.token(), tls, handler)
          .bind(system, host, port)
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return new TcpChannel(system, settings, tls, binding);
    } catch (ExecutionException | TimeoutException failure) {
      throw new SluiceException(
          ErrorCode.PORT_UNAVAILABLE,
          "Data port %s:%d cannot be opened: %s. Set sluice.cluster.data-host to an address of this machine, and sluice.cluster.data-port to a free port or to 0 for any."
              .formatted(host, port, withoutAddress(rootCause(failure))),
          failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SluiceException(
          ErrorCode.PORT_UNAVAILABLE, "Interrupted while opening the data port", interrupted);
    }
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Why a port cannot be bound, without the address that Akka puts first. */
  public static String withoutAddress(Throwable bindFailure) {
    return String.valueOf(bindFailure.getMessage()).replaceFirst("^\\[\\S+\\] ", "");
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public CompletionStage<Void> put(String peer, BlockId id, byte[] bytes, long records) {
    return connection(peer).put(id, bytes, records);
  }

  @Override
  public CompletionStage<Payload> get(String peer, BlockId id) {
    return connection(peer).get(id);
  }

  @Override
  public void watch(String peer, Runnable lost) {
    connection(peer).closed().thenAccept(forsaken -> {
      if (forsaken) {
        watch(peer, lost);
      } else {
        lost.run();
      }
    });
  }

  @Override
  public void forsake(String peer) {
    TcpConnection connection = connections.get(peer);
    if (connection != null) {
      connection.forsake();
    }
  }

  @Override
  public void close() {
    binding.unbind();
    connections.values().forEach(TcpConnection::close);
  }

  private TcpConnection connection(String peer) {
    return connections.compute(peer, (key, known) -> {
      if (known != null && !known.isClosed()) {
        return known;
      }
      TcpConnection opened = new TcpConnection(system, peer, settings, tls);
      opened.closed().thenRun(() -> connections.remove(peer, opened));
      return opened;
    });
  }
}
