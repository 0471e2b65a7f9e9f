package io.sluice.plan;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a graph into stages at its shuffles and fuses everything between them.
 *
 * <p>All paths that start from one dataset become one stage, a tree of operators, so that shared steps
 * run once however many outputs need them.
 */
public final class StageCompiler {

  /** What the compiler must know of the batch it compiles for. */
  public interface Surroundings {
    /** What a function on the driver made for this batch. */
    Node resolve(Node.Generated node, long batchMillis);

    /** Whether the batch is the one being run, so that its state can be changed. */
    boolean isRunning(long batchMillis);

    /** Whether the batch is over, but what the node had in it can be read. */
    boolean isRemembered(Node node, long batchMillis);

    /** Whether the dataset is kept, or about to be, by another job. */
    boolean isStored(Node node, long batchMillis);

    /** What to do about a dataset that the program asked to keep. */
    default Keeping keeping(Node.Kept node) {
      return Keeping.IGNORE;
    }
  }

  /** Read what is kept; compute it and keep it; or compute it as if nobody had asked. */
  public enum Keeping {
    READ,
    MAKE,
    IGNORE
  }

  private final Surroundings surroundings;
  private final Map<Key, Draft> drafts = new LinkedHashMap<>();
  private final Map<Key, Boolean> stores = new HashMap<>();
  private int results;

  public StageCompiler(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Keeps the node's dataset of the batch, unless it already is. */
  public void store(Node node, long batchMillis) {
    if (surroundings.isStored(node, batchMillis)
        || node instanceof Node.Received
        || stores.putIfAbsent(new Key(node.id(), batchMillis), true) != null) {
      return;
    }
    int leg = 0;
    for (Place place : from(node, batchMillis)) {
      place.draft.add(place.step, new Operator.Store(node.id(), leg++));
    }
  }

  /** Makes the node's initial pairs its state. */
  public void initialState(Node.Stateful node, long batchMillis) {
    Node initial = node.initial();
    List<Place> places = initial == null ? List.of() : from(initial, batchMillis);
    for (Place place : places) {
      place.draft.add(place.step, new Operator.InitialState(node.id()));
    }
  }

  /** Brings the node's records to the driver. Results are ordered by leg, then by task. */
  public void result(Node node, long batchMillis, Action action) {
    int leg = 0;
    results++;
    for (Place place : from(node, batchMillis)) {
      int step = place.draft.add(place.step, new Operator.Result(leg, action));
      place.draft.places.put(step, new Stage.Place(-results, leg++));
    }
  }

  /** The stages, each after those whose datasets it reads. */
  public List<Stage> compile() {
    return drafts.values().stream()
        .sorted(Comparator.comparingInt(draft -> draft.depth))
        .map(Draft::toStage)
        .toList();
  }

  /** The error for a dataset of a batch that is over and not remembered. */
  public static SluiceException notKept(String what, long batchMillis) {
    return new SluiceException(
        ErrorCode.DATASET_FORGOTTEN,
        "The dataset of %s in batch %s is not kept any more. Keep datasets after their batch with StreamingContext.remember(duration)."
            .formatted(what, Instant.ofEpochMilli(batchMillis)));
  }

  private void requireRunning(String what, long batchMillis) {
    if (!surroundings.isRunning(batchMillis)) {
      throw notKept(what, batchMillis);
    }
  }

  private void shuffle(Node.Exchange exchange, long batchMillis) {
    int leg = 0;
    for (int input = 0; input < exchange.inputs().size(); input++) {
      for (Place place : placesOf(exchange.inputs().get(input), batchMillis)) {
        place.draft.add(
            place.step,
            new Operator.ShuffleOut(
                exchange.id(),
                input,
                leg++,
                exchange.partitions(),
                exchange.aggregation(),
                exchange.direct()));
      }
    }
  }

  /** As {@link #placesOf}, where it begins: the depth of a plan is the program's affair, and must not end the caller. */
  private List<Place> from(Node node, long batchMillis) {
    try {
      return placesOf(node, batchMillis);
    } catch (StackOverflowError deep) {
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "A dataset is made in too many steps, one of the other, to be planned."
              + " Where a loop makes an RDD of the one before, collect() it every few hundred rounds and go on with parallelize().",
          deep);
    }
  }

  /** Where the records of a node come out: the leaf of a stage, or a step in it. */
  private List<Place> placesOf(Node node, long batchMillis) {
    if (surroundings.isStored(node, batchMillis)) {
      return draft(node, new StageSpec.Blocks(), new Stage.StoredInput(node, batchMillis));
    }
    return node.match(new Placing(batchMillis));
  }

  private List<Place> draft(Node node, StageSpec.Leaf leaf, Stage.Input input) {
    Draft draft = drafts.computeIfAbsent(
        new Key(node.id(), input.batchMillis()),
        key -> new Draft(leaf, input, new Depth().of(node)));
    return List.of(new Place(draft, -1));
  }

  private final class Placing implements Node.Cases<List<Place>> {
    private final long batchMillis;

    Placing(long batchMillis) {
      this.batchMillis = batchMillis;
    }

    @Override
    public List<Place> received(Node.Received node) {
      if (!surroundings.isRemembered(node, batchMillis)) {
        requireRunning(node.name(), batchMillis);
      }
      return draft(node, new StageSpec.Blocks(), new Stage.ReceivedInput(node, batchMillis));
    }

    @Override
    public List<Place> generated(Node.Generated node) {
      return placesOf(surroundings.resolve(node, batchMillis), batchMillis);
    }

    @Override
    public List<Place> narrow(Node.Narrow node) {
      return fuse(node.input(), node.id(), node.operator());
    }

    @Override
    public List<Place> union(Node.Union node) {
      List<Place> places = new ArrayList<>();
      node.inputs().forEach(input -> places.addAll(placesOf(input, batchMillis)));
      return places;
    }

    @Override
    public List<Place> exchange(Node.Exchange node) {
      boolean known = drafts.containsKey(new Key(node.id(), batchMillis));
      List<Place> places = draft(
          node,
          new StageSpec.Merge(node.id(), node.aggregation()),
          new Stage.MergeInput(node, batchMillis));
      if (!known) {
        shuffle(node, batchMillis);
      }
      return places;
    }

    @Override
    public List<Place> window(Node.Window node) {
      store(node.input(), batchMillis);
      return draft(node, new StageSpec.Blocks(), new Stage.WindowInput(node, batchMillis));
    }

    @Override
    public List<Place> slidingTotals(Node.SlidingTotals node) {
      requireRunning("the window", batchMillis);
      store(node.panes(), batchMillis);
      return draft(
          node,
          new StageSpec.SlidingTotals(node.id(), node.functions()),
          new Stage.SlidingInput(node, batchMillis));
    }

    @Override
    public List<Place> stateful(Node.Stateful node) {
      requireRunning("the state", batchMillis);
      return fuse(node.input(), node.id(), node.operator());
    }

    /** Follows the operator itself, whose dataset is not what it holds. */
    @Override
    public List<Place> sideOutput(Node.SideOutput node) {
      List<Place> places = new ArrayList<>();
      for (Place state : stateful(node.state())) {
        int step = state.draft.fuse(state.step, node.id(), node.operator(), places.size());
        places.add(new Place(state.draft, step));
      }
      return places;
    }

    private List<Place> fuse(Node input, int id, Operator operator) {
      List<Place> places = new ArrayList<>();
      for (Place place : placesOf(input, batchMillis)) {
        Operator here = operator instanceof Operator.ObserveTime observe
            ? observe.ofSource(places.size())
            : operator;
        places.add(new Place(place.draft, place.draft.fuse(place.step, id, here, places.size())));
      }
      return places;
    }

    @Override
    public List<Place> atBatch(Node.AtBatch node) {
      return placesOf(node.node(), node.batchMillis());
    }

    @Override
    public List<Place> held(Node.Held node) {
      return draft(node, node.leaf(), new Stage.HeldInput(node, batchMillis));
    }

    @Override
    public List<Place> literal(Node.Literal node) {
      return draft(node, new StageSpec.Blocks(), new Stage.LiteralInput(node, batchMillis));
    }

    @Override
    public List<Place> kept(Node.Kept node) {
      Keeping keeping = surroundings.keeping(node);
      if (keeping == Keeping.READ) {
        return draft(node, new StageSpec.Blocks(), new Stage.KeptInput(node, node.batchMillis()));
      }
      List<Place> places = placesOf(node.input(), batchMillis);
      boolean first = keeping == Keeping.MAKE
          && stores.putIfAbsent(new Key(node.id(), node.batchMillis()), true) == null;
      for (int leg = 0; first && leg < places.size(); leg++) {
        Place place = places.get(leg);
        place.draft.add(
            place.step, new Operator.Keep(node.id(), leg, node.batchMillis(), node.level()));
      }
      return places;
    }
  }

  private record Key(int node, long batchMillis) {}

  private record Place(Draft draft, int step) {}

  /** A stage being put together. */
  private static final class Draft {
    private final StageSpec.Leaf leaf;
    private final Stage.Input input;
    private final int depth;
    private final List<StageSpec.Step> steps = new ArrayList<>();
    private final Map<List<Integer>, Integer> fused = new HashMap<>();
    private final Map<Integer, Stage.Place> places = new HashMap<>();

    Draft(StageSpec.Leaf leaf, Stage.Input input, int depth) {
      this.leaf = leaf;
      this.input = input;
      this.depth = depth;
    }

    /** A step that is told the number of its partition runs once a leg, others once in all. */
    int fuse(int parent, int node, Operator operator, int leg) {
      if (!(operator instanceof Operator.MapPartitions)) {
        return fused.computeIfAbsent(List.of(parent, node), key -> add(parent, operator));
      }
      int step = fused.computeIfAbsent(List.of(parent, node, leg), key -> add(parent, operator));
      places.put(step, new Stage.Place(node, leg));
      return step;
    }

    int add(int parent, Operator operator) {
      steps.add(new StageSpec.Step(parent, operator));
      return steps.size() - 1;
    }

    Stage toStage() {
      return new Stage(new StageSpec(leaf, steps), input, places);
    }
  }

  /** The longest way down to a leaf. */
  private static final class Depth {
    private final Map<Integer, Integer> known = new HashMap<>();

    int of(Node node) {
      Integer depth = known.get(node.id());
      if (depth == null) {
        depth = Inputs.of(node).stream().mapToInt(this::of).max().orElse(-1) + 1;
        known.put(node.id(), depth);
      }
      return depth;
    }
  }
}
