package io.sluice.block;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Connects simulated nodes of one process. Bytes are handed over as they would be by a socket. */
public final class LocalNetwork {

  private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

  public DataChannel open(String address, DataChannel.Handler handler) {
    Endpoint endpoint = new Endpoint(address, handler);
    endpoints.put(address, endpoint);
    return endpoint;
  }

  private final class Endpoint implements DataChannel {
    private final String address;
    private final Handler handler;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    Endpoint(String address, Handler handler) {
      this.address = address;
      this.handler = handler;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public CompletionStage<Void> put(String peer, BlockId id, byte[] bytes, long records) {
      return call(peer, target -> {
        target.handler.onPut(id, bytes, records);
        return null;
      });
    }

    @Override
    public CompletionStage<Payload> get(String peer, BlockId id) {
      return call(peer, target -> target.handler.onGet(id));
    }

    @Override
    public void watch(String peer, Runnable lost) {
      Endpoint target = endpoints.get(peer);
      if (target == null) {
        lost.run();
      } else {
        target.watchers.add(lost);
      }
    }

    /** No request waits. */
    @Override
    public void forsake(String peer) {}

    @Override
    public void close() {
      if (endpoints.remove(address, this)) {
        watchers.forEach(Runnable::run);
      }
    }

    private <R> CompletionStage<R> call(
        String peer, java.util.function.Function<Endpoint, R> request) {
      Endpoint target = endpoints.get(peer);
      if (target == null || endpoints.get(address) != this) {
        return CompletableFuture.failedFuture(
            new SluiceException(ErrorCode.NODE_UNREACHABLE, "Node " + peer + " is unreachable"));
      }
      try {
        return CompletableFuture.completedFuture(request.apply(target));
      } catch (RuntimeException refused) {
        return CompletableFuture.failedFuture(refused);
      }
    }
  }
}
