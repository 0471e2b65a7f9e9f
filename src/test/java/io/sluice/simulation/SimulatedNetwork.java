package io.sluice.simulation;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.DataChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The data channels of all nodes. Requests to a node that is cut off wait, as they do in TCP. */
final class SimulatedNetwork {

  private static final long FLAWED_DELAY = 300_000;

  private final World world;
  private final boolean acknowledgesEarly;
  private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();

  /**
   * @param acknowledgesEarly whether, wrongly, a block passes for copied before it is
   */
  SimulatedNetwork(World world, boolean acknowledgesEarly) {
    this.world = world;
    this.acknowledgesEarly = acknowledgesEarly;
  }

  DataChannel open(SimulatedNode node, DataChannel.Handler handler) {
    Endpoint endpoint = new Endpoint(node, handler);
    endpoints.put(node.name(), endpoint);
    return endpoint;
  }

  /** All connections to a node break; those that do not reach it hear nothing. */
  void kill(SimulatedNode node) {
    endpoints.remove(node.name());
    for (Endpoint other : List.copyOf(endpoints.values())) {
      if (!world.isCut(node, other.node)) {
        world.after(
            200 + world.random().nextInt(5_000),
            other.node,
            "broken",
            () -> other.broken(node.name()));
      }
    }
  }

  private static SluiceException unreachable(String peer) {
    return new SluiceException(ErrorCode.NODE_UNREACHABLE, "Node " + peer + " is unreachable");
  }

  private final class Endpoint implements DataChannel {
    private final SimulatedNode node;
    private final Handler handler;
    private final Map<String, List<Runnable>> watchers = new LinkedHashMap<>();
    private final Map<String, List<CompletableFuture<?>>> pending = new LinkedHashMap<>();

    Endpoint(SimulatedNode node, Handler handler) {
      this.node = node;
      this.handler = handler;
    }

    @Override
    public String address() {
      return node.name();
    }

    @Override
    public CompletionStage<Void> put(String peer, BlockId id, byte[] bytes, long records) {
      if (acknowledgesEarly && id.kind() == BlockId.Kind.RECEIVED) {
        world.after(FLAWED_DELAY, node, "late", () -> {
          var unused = this.<Void>call(peer, "put " + id.kind(), target -> {
            target.handler.onPut(id, bytes, records);
            return null;
          });
        });
        CompletableFuture<Void> early = new CompletableFuture<>();
        world.soon(node, "early", () -> early.complete(null));
        return early;
      }
      return call(peer, "put " + id.kind(), target -> {
        target.handler.onPut(id, bytes, records);
        return null;
      });
    }

    @Override
    public CompletionStage<Payload> get(String peer, BlockId id) {
      return call(peer, "get " + id.kind(), target -> target.handler.onGet(id));
    }

    private <R> CompletionStage<R> call(
        String peer, String label, Function<Endpoint, @Nullable R> request) {
      CompletableFuture<R> answer = new CompletableFuture<>();
      Endpoint target = endpoints.get(peer);
      if (target == null) {
        world.soon(node, "refused", () -> answer.completeExceptionally(unreachable(peer)));
        return answer;
      }
      List<CompletableFuture<?>> waiting = pending.computeIfAbsent(peer, any -> new ArrayList<>());
      waiting.removeIf(CompletableFuture::isDone);
      waiting.add(answer);
      world.before(node, label);
      world.send(node, target.node, "data", label, () -> {
        target.serve(request, answer, this);
        world.after(target.node, label);
      });
      return answer;
    }

    private <R> void serve(
        Function<Endpoint, @Nullable R> request, CompletableFuture<R> answer, Endpoint asker) {
      Runnable reply;
      try {
        R result = request.apply(this);
        reply = () -> answer.complete(result);
      } catch (RuntimeException refused) {
        reply = () -> answer.completeExceptionally(refused);
      }
      world.send(node, asker.node, "data", "answer", reply);
    }

    @Override
    public void watch(String peer, Runnable lost) {
      if (endpoints.containsKey(peer)) {
        watchers.computeIfAbsent(peer, any -> new ArrayList<>()).add(lost);
      } else {
        world.soon(node, "unwatched", lost);
      }
    }

    void broken(String peer) {
      forsake(peer);
      List<Runnable> told = watchers.remove(peer);
      if (told != null) {
        told.forEach(Runnable::run);
      }
    }

    @Override
    public void forsake(String peer) {
      List<CompletableFuture<?>> waiting = pending.remove(peer);
      if (waiting != null) {
        waiting.forEach(answer -> answer.completeExceptionally(unreachable(peer)));
      }
    }

    @Override
    public void close() {
      kill(node);
    }
  }
}
