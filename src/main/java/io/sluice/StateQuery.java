package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.plan.Action;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.OperatorIds;
import io.sluice.plan.Partitioning;
import io.sluice.plan.Program;
import io.sluice.plan.StageSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads what an operator remembers, while the program runs: the state of {@code mapWithState} and {@code updateStateByKey}, and the totals of
 * {@code reduceByKeyAndWindow} with an inverse function.
 *
 * <p>Every answer is what one batch has left, which it names: nothing of a batch that is not committed, and never a mixture of two. A query runs as tasks on the workers
 * that own the keys, so it waits for a free slot, and for a task that is at work on the same partition. State that is an object is given as it is; it must not
 * be changed.
 *
 * <p>Calls block until the answer is there, and may come from any thread. They throw {@link SluiceException}: CONTEXT_STOPPED if the context has ended,
 * STATE_CHANGING if batches were committed faster than all partitions could be read.
 */
public final class StateQuery<K, V> {

  private static final int MAX_READS = 20;

  /**
   * An answer.
   *
   * @param batchTime the batch that has left it; the epoch, 1970, before the first one
   */
  public record Answer<T>(Instant batchTime, T value) {}

  private final StreamingContext context;
  private final Node node;
  private final int partitions;

  private StateQuery(StreamingContext context, Node node, int partitions) {
    this.context = context;
    this.node = node;
    this.partitions = partitions;
  }

  /** The names that operators can be asked by. */
  static List<String> names(Program program) {
    return remembering(program).map(program.ids()::of).toList();
  }

  static <K, V> StateQuery<K, V> of(StreamingContext context, Program program, String name) {
    OperatorIds ids = program.ids();
    Node found = remembering(program)
        .filter(node -> ids.of(node).equals(name) || ids.of(node).startsWith(name + "/"))
        .min(Comparator.comparingInt(node -> ids.of(node).length()))
        .orElseThrow(() -> new IllegalArgumentException(
            "No operator that remembers something is named '%s'; there are %s. Give one a name with named(...)."
                .formatted(name, names(program))));
    int partitions =
        found instanceof Node.Stateful stateful ? stateful.partitions() : Partitioning.of(found);
    return new StateQuery<>(context, found, partitions);
  }

  private static Stream<Node> remembering(Program program) {
    return program.nodes().stream()
        .filter(node -> node instanceof Node.SlidingTotals
            || (node instanceof Node.Stateful stateful
                && (stateful.operator() instanceof Operator.MapState
                    || stateful.operator() instanceof Operator.UpdateState)));
  }

  /** What is remembered for a key; empty if nothing is. */
  public Answer<Optional<V>> get(K key) {
    int partition = Partitioning.partition(Objects.hashCode(key), partitions);
    Answer<List<Pair<K, V>>> found = read(partition, context.encode(key), 1);
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
    return read(-1, new byte[0], most);
  }

  private Answer<List<Pair<K, V>>> read(int partition, byte[] key, int most) {
    for (int read = 1; read <= MAX_READS; read++) {
      Node.Held held = new Node.Held(
          context.newId(), node, partitions, partition, new StageSpec.Held(node.id(), key, most));
      // One more than pairs: each partition tells its batch first.
      List<Object> answers =
          context.jobs().run(held, -1, new Action.Collect(Math.max(most, most + 1)));
      Optional<Answer<List<Pair<K, V>>>> one = oneBatch(answers, most);
      if (one.isPresent()) {
        return one.get();
      }
    }
    throw new SluiceException(
        ErrorCode.STATE_CHANGING,
        "Batches were committed faster than all %d partitions of the state could be read, %d times. Ask for single keys, or for fewer pairs."
            .formatted(partitions, MAX_READS));
  }

  @SuppressWarnings("unchecked")
  private static <K, V> Optional<Answer<List<Pair<K, V>>>> oneBatch(
      List<Object> answers, int most) {
    List<Pair<K, V>> pairs = new ArrayList<>();
    long batch = Long.MIN_VALUE;
    for (Object answer : answers) {
      List<Object> records = (List<Object>) answer;
      long theirs = (Long) records.get(0);
      if (batch != Long.MIN_VALUE && batch != theirs) {
        return Optional.empty();
      }
      batch = theirs;
      for (Object record : records.subList(1, records.size())) {
        if (pairs.size() < most) {
          pairs.add((Pair<K, V>) record);
        }
      }
    }
    return Optional.of(new Answer<>(Instant.ofEpochMilli(Math.max(0, batch)), pairs));
  }
}
