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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What an operator of a context remembers, read by tasks of that context on the workers that own the keys. */
final class HeldState<K, V> implements StateReader<K, V> {

  private static final int MAX_READS = 20;
  private static final int ALL_PARTITIONS = -1;

  private final StreamingContext context;
  private final Node node;
  private final int partitions;

  private HeldState(StreamingContext context, Node node, int partitions) {
    this.context = context;
    this.node = node;
    this.partitions = partitions;
  }

  /** The names that operators can be asked by. */
  static List<String> names(Program program) {
    return remembering(program).map(program.ids()::of).toList();
  }

  /**
   * The operator with a name.
   *
   * @throws IllegalArgumentException if none has it
   */
  static <K, V> HeldState<K, V> of(StreamingContext context, Program program, String name) {
    OperatorIds ids = program.ids();
    Node found = remembering(program)
        .filter(node -> ids.of(node).equals(name) || ids.of(node).startsWith(name + "/"))
        .min(Comparator.comparingInt(node -> ids.of(node).length()))
        .orElseThrow(() -> new IllegalArgumentException(
            "No operator that remembers something is named '%s'; there are %s. Give one a name with named(...)."
                .formatted(name, names(program))));
    int partitions =
        found instanceof Node.Stateful stateful ? stateful.partitions() : Partitioning.of(found);
    return new HeldState<>(context, found, partitions);
  }

  private static Stream<Node> remembering(Program program) {
    return program.nodes().stream()
        .filter(node -> node instanceof Node.SlidingTotals
            || (node instanceof Node.Stateful stateful
                && (stateful.operator() instanceof Operator.MapState
                    || stateful.operator() instanceof Operator.UpdateState)));
  }

  @Override
  public StateQuery.Answer<List<Pair<K, V>>> get(K key) {
    return read(
        Partitioning.partition(Objects.hashCode(key), partitions),
        context.codec().encode(Collections.singletonList(key)),
        1);
  }

  @Override
  public StateQuery.Answer<List<Pair<K, V>>> scan(int most) {
    return read(ALL_PARTITIONS, new byte[0], most);
  }

  private StateQuery.Answer<List<Pair<K, V>>> read(int partition, byte[] key, int most) {
    for (int read = 1; read <= MAX_READS; read++) {
      Node.Held held = new Node.Held(
          context.newId(), node, partitions, partition, new StageSpec.Held(node.id(), key, most));
      // One more than pairs: each partition tells its batch first.
      List<Object> answers =
          context.jobs().run(held, -1, new Action.Collect(Math.max(most, most + 1)));
      Optional<StateQuery.Answer<List<Pair<K, V>>>> one = oneBatch(answers, most);
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
  private static <K, V> Optional<StateQuery.Answer<List<Pair<K, V>>>> oneBatch(
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
    return Optional.of(new StateQuery.Answer<>(Instant.ofEpochMilli(Math.max(0, batch)), pairs));
  }
}
