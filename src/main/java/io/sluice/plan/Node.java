package io.sluice.plan;

import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.api.StorageLevel;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A dataset in the making. The nodes of a program give one dataset a batch; the nodes an RDD is made of
 * give one in all. Nodes never change; they are told apart by identity.
 */
public sealed interface Node extends Serializable {

  int id();

  <R> R match(Cases<R> cases);

  /** One answer per kind of node; add a kind and every fold fails to compile. */
  interface Cases<R> {
    R received(Received node);

    R generated(Generated node);

    R narrow(Narrow node);

    R union(Union node);

    R exchange(Exchange node);

    R window(Window node);

    R slidingTotals(SlidingTotals node);

    R stateful(Stateful node);

    R sideOutput(SideOutput node);

    R atBatch(AtBatch node);

    R literal(Literal node);

    R kept(Kept node);

    R held(Held node);
  }

  /** What a receiver stored during the batch. */
  final class Received extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final int stream;
    private final String name;

    public Received(int id, int stream, String name) {
      super(id);
      this.stream = stream;
      this.name = name;
    }

    public int stream() {
      return stream;
    }

    public String name() {
      return name;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.received(this);
    }
  }

  /** Made anew for every batch by a function on the driver. */
  final class Generated extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final List<Node> inputs;
    private final Generator generator;

    public Generated(int id, String operation, List<Node> inputs, Generator generator) {
      super(id);
      this.operation = operation;
      this.inputs = List.copyOf(inputs);
      this.generator = generator;
    }

    public String operation() {
      return operation;
    }

    public List<Node> inputs() {
      return inputs;
    }

    public Generator generator() {
      return generator;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.generated(this);
    }
  }

  /** Gives the dataset of a batch, or null for none. */
  @FunctionalInterface
  interface Generator extends Serializable {
    /**
     * Makes the dataset.
     *
     * @param plan what the batch has of a {@link Planned} source; nothing for others
     */
    @Nullable
    Node generate(long batchMillis, SourcePlan plan) throws Exception;
  }

  /** Gives a dataset that is read of a source. It remembers nothing itself: what it plans is a decision of the driver. */
  interface Planned extends Generator {

    /** The number under which its records are counted. */
    int stream();

    /** The marks with which it begins. */
    Map<String, String> begin();

    /** Gives what a batch reads. Called by one thread at a time. */
    SourcePlan plan(SourcePlanner.Request request) throws Exception;

    /** Records that wait to be planned, as of the last plan; empty if that is not known. */
    OptionalLong waiting();

    /** A batch is done. */
    void committed(long batchMillis, SourcePlan plan) throws Exception;

    /** Nothing more is planned here. Returns at once. */
    void close();
  }

  /**
   * One operator applied to each partition by itself.
   *
   * <p>{@code keepsKeys}: pairs stay in the partition of their key.
   */
  final class Narrow extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node input;
    private final Operator operator;
    private final boolean keepsKeys;

    public Narrow(int id, Node input, Operator operator, boolean keepsKeys) {
      super(id);
      this.input = input;
      this.operator = operator;
      this.keepsKeys = keepsKeys;
    }

    public Node input() {
      return input;
    }

    public Operator operator() {
      return operator;
    }

    public boolean keepsKeys() {
      return keepsKeys;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.narrow(this);
    }
  }

  /** The partitions of all inputs, in order. */
  final class Union extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final List<Node> inputs;

    public Union(int id, List<Node> inputs) {
      super(id);
      this.inputs = List.copyOf(inputs);
    }

    public List<Node> inputs() {
      return inputs;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.union(this);
    }
  }

  /**
   * Pairs brought together by key.
   *
   * <p>{@code direct}: keys are the numbers of the partitions they go to; otherwise their hash chooses.
   */
  final class Exchange extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final List<Node> inputs;
    private final Aggregation aggregation;
    private final int partitions;
    private final boolean direct;

    public Exchange(int id, List<Node> inputs, Aggregation aggregation, int partitions) {
      this(id, inputs, aggregation, partitions, false);
    }

    public Exchange(
        int id, List<Node> inputs, Aggregation aggregation, int partitions, boolean direct) {
      super(id);
      if (partitions < 1 || partitions > 0xFFFF) {
        throw new IllegalArgumentException(
            "Number of partitions must be between 1 and 65535, got " + partitions + ".");
      }
      this.inputs = List.copyOf(inputs);
      this.aggregation = aggregation;
      this.partitions = partitions;
      this.direct = direct;
    }

    public List<Node> inputs() {
      return inputs;
    }

    public Aggregation aggregation() {
      return aggregation;
    }

    public int partitions() {
      return partitions;
    }

    public boolean direct() {
      return direct;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.exchange(this);
    }
  }

  /** The input's datasets of the last batches. */
  final class Window extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node input;
    private final WindowSpec spec;

    public Window(int id, Node input, WindowSpec spec) {
      super(id);
      this.input = input;
      this.spec = spec;
    }

    public Node input() {
      return input;
    }

    public WindowSpec spec() {
      return spec;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.window(this);
    }
  }

  /** Totals by key over a window, moved on by what enters and what leaves it. */
  final class SlidingTotals extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node panes;
    private final int partitions;
    private final WindowSpec spec;
    private final SlidingFunctions functions;

    public SlidingTotals(
        int id, Node panes, int partitions, WindowSpec spec, SlidingFunctions functions) {
      super(id);
      this.panes = panes;
      this.partitions = partitions;
      this.spec = spec;
      this.functions = functions;
    }

    /** The totals of single batches, partitioned by key as the window itself. */
    public Node panes() {
      return panes;
    }

    public int partitions() {
      return partitions;
    }

    public WindowSpec spec() {
      return spec;
    }

    public SlidingFunctions functions() {
      return functions;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.slidingTotals(this);
    }
  }

  /** What an operator with state puts out in a batch. */
  final class Stateful extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node input;
    private final int partitions;
    private final Operator operator;
    private final @Nullable Node initial;

    /**
     * @param input pairs, hashed by key into {@code partitions}
     * @param operator keeps its state under {@code id}
     * @param initial pairs of a key and its state before the first batch, hashed like the input
     */
    public Stateful(int id, Node input, int partitions, Operator operator, @Nullable Node initial) {
      super(id);
      this.input = input;
      this.partitions = partitions;
      this.operator = operator;
      this.initial = initial;
    }

    public Node input() {
      return input;
    }

    public int partitions() {
      return partitions;
    }

    public Operator operator() {
      return operator;
    }

    public @Nullable Node initial() {
      return initial;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.stateful(this);
    }
  }

  /** What an operator with state gives beside its output, such as all it holds after a batch. */
  final class SideOutput extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Stateful state;
    private final Operator operator;

    /**
     * @param operator takes it, once the state's own operator has finished
     */
    public SideOutput(int id, Stateful state, Operator operator) {
      super(id);
      this.state = state;
      this.operator = operator;
    }

    public Operator operator() {
      return operator;
    }

    public Stateful state() {
      return state;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.sideOutput(this);
    }
  }

  /** The dataset that a node of the program had in one batch. */
  final class AtBatch extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node node;
    private final long batchMillis;

    public AtBatch(int id, Node node, long batchMillis) {
      super(id);
      this.node = node;
      this.batchMillis = batchMillis;
    }

    public Node node() {
      return node;
    }

    public long batchMillis() {
      return batchMillis;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.atBatch(this);
    }
  }

  /** Records that the driver put into its block store. */
  final class Literal extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final int partitions;

    public Literal(int id, int partitions) {
      super(id);
      this.partitions = partitions;
    }

    public int partitions() {
      return partitions;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.literal(this);
    }
  }

  /** The input, kept when it is first computed and read from then on; it may be computed again at any time. */
  final class Kept extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node input;
    private final long batchMillis;
    private final StorageLevel level;

    /**
     * @param batchMillis the batch with which it goes, or -1
     */
    public Kept(int id, Node input, long batchMillis, StorageLevel level) {
      super(id);
      this.input = input;
      this.batchMillis = batchMillis;
      this.level = level;
    }

    public Node input() {
      return input;
    }

    public long batchMillis() {
      return batchMillis;
    }

    public StorageLevel level() {
      return level;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.kept(this);
    }
  }

  /** What an operator remembers as of the batch that was committed last, for a query. */
  final class Held extends Identity implements Node {
    private static final long serialVersionUID = 1L;

    private final Node remembering;
    private final int partitions;
    private final int partition;
    private final StageSpec.Held leaf;

    /**
     * @param remembering the operator's node
     * @param partition the only one that is asked, or -1 for all
     * @param leaf what is wanted of each partition
     */
    public Held(int id, Node remembering, int partitions, int partition, StageSpec.Held leaf) {
      super(id);
      this.remembering = remembering;
      this.partitions = partitions;
      this.partition = partition;
      this.leaf = leaf;
    }

    public Node remembering() {
      return remembering;
    }

    public int partitions() {
      return partitions;
    }

    public int partition() {
      return partition;
    }

    public StageSpec.Held leaf() {
      return leaf;
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.held(this);
    }
  }

  /** What all nodes share. */
  abstract sealed class Identity implements Serializable
      permits Received,
          Generated,
          Narrow,
          Union,
          Exchange,
          Window,
          SlidingTotals,
          Stateful,
          SideOutput,
          AtBatch,
          Literal,
          Kept,
          Held {
    private static final long serialVersionUID = 1L;

    private final int id;

    Identity(int id) {
      this.id = id;
    }

    public int id() {
      return id;
    }

    @Override
    public String toString() {
      return getClass().getSimpleName() + "#" + id;
    }
  }
}
