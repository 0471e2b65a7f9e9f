package io.sluice.scheduler;

import io.sluice.api.SourcePlan;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What was planned of the sources that are read by tasks: for each batch, as long as it may be run again, and what they know. */
final class SourcePlans {

  /** All of it, for the ledger. */
  record Snapshot(List<Known> known, List<Decision.Planned> batches) {
    static final Snapshot NONE = new Snapshot(List.of(), List.of());
  }

  /** What the source of a node knows, by name. */
  record Known(int node, Map<String, String> marks) {}

  private final Map<Integer, TreeMap<String, String>> known = new TreeMap<>();
  private final TreeMap<Long, Map<Integer, Decision.Planned>> batches = new TreeMap<>();

  static SourcePlans of(Snapshot snapshot) {
    SourcePlans plans = new SourcePlans();
    snapshot.known.forEach(source -> plans.know(source.node, source.marks));
    snapshot.batches.forEach(plans::keep);
    return plans;
  }

  Snapshot snapshot() {
    List<Known> all = new ArrayList<>();
    known.forEach((node, marks) -> all.add(new Known(node, Map.copyOf(marks))));
    return new Snapshot(
        all, batches.values().stream().flatMap(batch -> batch.values().stream()).toList());
  }

  /** Sources that no driver before has had begin where they were when the program was made. */
  void begin(Program program) {
    for (Node.Generated node : program.generated()) {
      if (node.generator() instanceof Node.Planned planned && !known.containsKey(node.id())) {
        know(node.id(), planned.begin());
      }
    }
  }

  /** What the next driver must know of a program that begins. */
  List<Decision.Planned> beginning() {
    return snapshot().known.stream()
        .map(source -> new Decision.Planned(
            Recovered.NONE, source.node, new SourcePlan(List.of(), source.marks, 0)))
        .toList();
  }

  void planned(Decision.Planned planned) {
    know(planned.node(), planned.plan().marks());
    keep(planned);
  }

  private void keep(Decision.Planned planned) {
    batches
        .computeIfAbsent(planned.batchMillis(), unknown -> new TreeMap<>())
        .put(planned.node(), planned);
  }

  private void know(int node, Map<String, String> marks) {
    TreeMap<String, String> all = known.computeIfAbsent(node, unknown -> new TreeMap<>());
    marks.forEach((name, mark) -> {
      if (mark.isEmpty()) {
        all.remove(name);
      } else {
        all.put(name, mark);
      }
    });
  }

  /** What the source of a node knows. It changes only when something is planned for it. */
  Map<String, String> known(int node) {
    return Collections.unmodifiableMap(known.getOrDefault(node, new TreeMap<>()));
  }

  /** What was planned for a batch, if that is decided. */
  Optional<SourcePlan> of(long batchMillis, int node) {
    return Optional.ofNullable(batches.getOrDefault(batchMillis, Map.of()).get(node))
        .map(Decision.Planned::plan);
  }

  /** No batch up to this one will be run again. */
  void forgetUpTo(long batchMillis) {
    batches.headMap(batchMillis, true).clear();
  }

  /**
   * The same for a program whose nodes have other numbers.
   *
   * @param nodes the numbers now, by those before; sources of others are left out
   */
  SourcePlans renamed(Map<Integer, Integer> nodes) {
    SourcePlans renamed = new SourcePlans();
    known.forEach((node, marks) -> {
      Integer now = nodes.get(node);
      if (now != null) {
        renamed.know(now, marks);
      }
    });
    for (Map<Integer, Decision.Planned> batch : batches.values()) {
      batch.forEach((node, planned) -> {
        Integer now = nodes.get(node);
        if (now != null) {
          renamed.keep(new Decision.Planned(planned.batchMillis(), now, planned.plan()));
        }
      });
    }
    return renamed;
  }
}
