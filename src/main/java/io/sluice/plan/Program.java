package io.sluice.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A finished program: its outputs, and what each batch must compute for them and for batches to come.
 *
 * <p>Work that stands on a function run on the driver (a {@code transform}, a queue) can be planned only
 * when that function has run. The program is therefore cut into levels: level 0 needs no such function,
 * level 1 needs those of level 1, which may read what level 0 stored, and so on.
 */
public final class Program {

  /** An output operation: what it reads, and how it is named. */
  public record Output(int id, String name, Node node, long slideMillis) implements Serializable {}

  private final long intervalMillis;
  private final List<Output> outputs;
  private final Slide slide;
  private final Map<Integer, Node> nodes = new LinkedHashMap<>();
  private final Map<Integer, Integer> levels = new HashMap<>();
  private final Set<Node> always = new LinkedHashSet<>();
  private final Retention retention;
  private final int levelCount;
  private final OperatorIds ids;
  private final Map<Integer, Long> checkpointMillis;

  /**
   * @param persisted nodes whose datasets are kept although they could be made again
   * @param rememberMillis how long datasets can be read after their batch
   * @param names that the program gave to nodes, by their number
   * @param checkpointMillis how often the program wants what nodes remember to be written whole, by their number
   */
  public Program(
      long intervalMillis,
      List<Output> outputs,
      Set<Node> persisted,
      long rememberMillis,
      Map<Integer, String> names,
      Map<Integer, Long> checkpointMillis) {
    this.intervalMillis = intervalMillis;
    this.outputs = List.copyOf(outputs);
    this.checkpointMillis = Map.copyOf(checkpointMillis);
    this.slide = new Slide(intervalMillis);
    outputs.forEach(output -> visit(output.node()));
    nodes.values().forEach(this::noteWindows);
    nodes.values().stream()
        .filter(node -> persisted.contains(node) || Counting.in(node))
        .forEach(always::add);
    retention = new Retention(outputs.stream().map(Output::node).toList(), always, rememberMillis);
    ids = new OperatorIds(nodes.values(), names);
    levelCount = levels.values().stream().mapToInt(level -> level + 1).max().orElse(1);
  }

  public long intervalMillis() {
    return intervalMillis;
  }

  public List<Output> outputs() {
    return outputs;
  }

  /** How often what nodes remember is to be written whole, as far as the program says so; see {@link CheckpointPace}. */
  public Map<Integer, Long> checkpointMillis() {
    return checkpointMillis;
  }

  /** How many milliseconds lie between two datasets of a node. */
  public long slideMillis(Node node) {
    return slide.of(node);
  }

  /** What its nodes are called in all runs of the program. */
  public OperatorIds ids() {
    return ids;
  }

  public Collection<Node> nodes() {
    return nodes.values();
  }

  public int levels() {
    return levelCount;
  }

  public int level(Node node) {
    return levels.getOrDefault(node.id(), 0);
  }

  /** The receivers' streams. */
  public List<Node.Received> received() {
    return only(Node.Received.class);
  }

  /** What functions on the driver make in every batch. */
  public List<Node.Generated> generated() {
    return only(Node.Generated.class);
  }

  /** Whether some output needs the stream; a receiver that nobody reads is not started. */
  public boolean reads(int stream) {
    return received().stream().anyMatch(node -> node.stream() == stream);
  }

  /** Whether the node has a dataset at this time; {@code zeroMillis} is one interval before the first batch. */
  public boolean isDue(Node node, long batchMillis, long zeroMillis) {
    return (batchMillis - zeroMillis) % slide.of(node) == 0;
  }

  /** The outputs to run in this batch. */
  public List<Output> outputsDue(long batchMillis, long zeroMillis) {
    return outputs.stream()
        .filter(output -> (batchMillis - zeroMillis) % output.slideMillis() == 0)
        .toList();
  }

  /** The functions to run on the driver before the level can be planned. */
  public List<Node.Generated> toGenerate(int level, long batchMillis, long zeroMillis) {
    return only(Node.Generated.class).stream()
        .filter(node -> level(node) == level && isDue(node, batchMillis, zeroMillis))
        .toList();
  }

  /** The datasets of the level that the batch must keep: panes, totals, and what outputs will read. */
  public Set<Node> toStore(int level, long batchMillis, long zeroMillis) {
    Set<Node> wanted = new LinkedHashSet<>();
    for (Node node : always) {
      if (isDue(node, batchMillis, zeroMillis)) {
        wanted.add(node);
      }
    }
    outputsDue(batchMillis, zeroMillis).forEach(output -> addRead(output.node(), wanted));
    for (Node.Generated node : only(Node.Generated.class)) {
      if (isDue(node, batchMillis, zeroMillis)) {
        node.inputs().forEach(input -> addRead(input, wanted));
      }
    }
    wanted.removeIf(node -> level(node) != level);
    return wanted;
  }

  /** The operators whose state is given before the first batch. */
  public List<Node.Stateful> withInitialState() {
    return only(Node.Stateful.class).stream()
        .filter(node -> node.initial() != null)
        .toList();
  }

  /** The nodes that observe event time. */
  public List<Node.Narrow> observers() {
    return only(Node.Narrow.class).stream()
        .filter(node -> node.operator() instanceof Operator.ObserveTime)
        .toList();
  }

  /** Whether something is remembered from batch to batch. */
  public boolean remembers() {
    return !keptDatasets().isEmpty() || !only(Node.Stateful.class).isEmpty();
  }

  /** How long after its batch a node's dataset can be read, in milliseconds. */
  public long keepMillis(int nodeId) {
    return retention.of(nodeId);
  }

  /** The nodes whose stored datasets are read after their batch, with how long in milliseconds. */
  public Map<Integer, Long> keptDatasets() {
    Map<Integer, Long> kept = new HashMap<>();
    for (Node node : nodes.values()) {
      boolean stored = always.contains(node) || node instanceof Node.Exchange;
      if (stored && keepMillis(node.id()) > 0) {
        kept.put(node.id(), keepMillis(node.id()));
      }
    }
    return kept;
  }

  /** The shuffled datasets that a lazy reader of {@code node} starts from. */
  private void addRead(Node node, Set<Node> wanted) {
    if (always.contains(node)) {
      return;
    }
    if (node instanceof Node.Exchange || node instanceof Node.SlidingTotals || isState(node)) {
      wanted.add(node);
    } else if (node instanceof Node.Narrow || node instanceof Node.Union) {
      Inputs.of(node).forEach(input -> addRead(input, wanted));
    }
  }

  private static boolean isState(Node node) {
    return node instanceof Node.Stateful || node instanceof Node.SideOutput;
  }

  private int visit(Node node) {
    Integer known = levels.get(node.id());
    if (known != null) {
      return known;
    }
    int level = Inputs.of(node).stream().mapToInt(this::visit).max().orElse(0);
    if (node instanceof Node.Generated) {
      level++;
    }
    levels.put(node.id(), level);
    nodes.put(node.id(), node);
    return level;
  }

  private void noteWindows(Node node) {
    if (node instanceof Node.Window window) {
      always.add(window.input());
    } else if (node instanceof Node.SlidingTotals totals) {
      always.add(totals.panes());
      always.add(totals);
    } else if (isState(node)) {
      always.add(node);
    }
  }

  private <N extends Node> List<N> only(Class<N> type) {
    List<N> found = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (type.isInstance(node)) {
        found.add(type.cast(node));
      }
    }
    return found;
  }
}
