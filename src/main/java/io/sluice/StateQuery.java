package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorSystem;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads what an operator remembers, while the program runs: the state of {@code mapWithState} and {@code updateStateByKey}, and the totals of
 * {@code reduceByKeyAndWindow} with an inverse function. Made by {@link StreamingContext#query} where the program was started, and by {@link #on} on any other
 * member of the cluster.
 *
 * <p>Every answer is what one batch has left, which it names: nothing of a batch that is not committed, and never a mixture of two. A query runs as tasks on the workers
 * that own the keys, so it waits for a free slot, and for a task that is at work on the same partition. State that is an object is given as it is; it must not
 * be changed.
 *
 * <p>Calls block until the answer is there, and may come from any thread. They throw {@link SluiceException}: CONTEXT_STOPPED if the context has ended,
 * STATE_CHANGING if batches were committed faster than all partitions could be read.
 */
public final class StateQuery<K, V> {

  /**
   * An answer.
   *
   * @param batchTime the batch that has left it; the epoch, 1970, before the first one
   */
  public record Answer<T>(Instant batchTime, T value) {}

  private final StateReader<K, V> reader;

  StateQuery(StateReader<K, V> reader) {
    this.reader = reader;
  }

  /**
   * Asks from any member of the cluster, whether or not it works for the context. The driver is found by the context's name, at each call, so one that takes
   * over for another answers too. Nothing is sent before the first call.
   *
   * <p>Keys and answers travel as records do between workers; their classes must be on this node's class path. An answer has to fit into one message, of
   * {@code akka.remote.artery.advanced.maximum-frame-size} (256 KiB by default): a longer one is refused with an {@link IllegalArgumentException}. So is an
   * operator that the context does not have.
   *
   * @param system a member of the cluster
   * @param context name of the context
   * @param operator the name that the program gave to it
   * @param patience how long a call waits for an answer, at least 1 ms; it throws a SluiceException NODE_UNREACHABLE then. A driver that was lost is replaced
   *     in a few seconds
   */
  public static <K, V> StateQuery<K, V> on(
      ActorSystem<?> system, String context, String operator, Duration patience) {
    requireNonNull(operator, "Name of the operator is null; give the one the program has named.");
    if (patience.toMillis() < 1) {
      throw new IllegalArgumentException(
          "A query must wait for its answer at least 1 ms, got " + patience + ".");
    }
    return new StateQuery<>(new RemoteState<>(
        system, requireNonNull(context, "Name of the context is null."), operator, patience));
  }

  /** What is remembered for a key; empty if nothing is. */
  public Answer<Optional<V>> get(K key) {
    Answer<List<Pair<K, V>>> found = reader.get(key);
    return new Answer<>(found.batchTime, found.value.stream().findFirst().map(Pair::value));
  }

  /**
   * Pairs of a key and what is remembered for it, in no order.
   *
   * @param most so many at most; at least 1
   */
  public Answer<List<Pair<K, V>>> scan(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("A scan needs at least 1 pair, got " + most + ".");
    }
    return reader.scan(most);
  }
}
