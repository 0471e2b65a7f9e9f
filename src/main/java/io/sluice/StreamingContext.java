package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.CheckpointReport;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ContextState;
import io.sluice.api.Faults;
import io.sluice.api.Locations;
import io.sluice.api.PlanInfo;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.Settings;
import io.sluice.api.SimulatedNodes;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.api.Ticker;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.Deployments;
import io.sluice.plan.Explanation;
import io.sluice.plan.Graph;
import io.sluice.plan.Millis;
import io.sluice.plan.Node;
import io.sluice.scheduler.JobClient;
import io.sluice.scheduler.StreamProgram;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a program begins: it gives streams, and starts and stops what was built on them.
 *
 * <pre>{@code
 * StreamingContext context = StreamingContext.create("WordCount", Duration.ofSeconds(1));
 * context.socketTextStream("localhost", 9999)
 *     .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
 *     .mapToPair(word -> Pair.of(word, 1))
 *     .reduceByKey(Integer::sum)
 *     .print();
 * context.start();
 * context.awaitTermination();
 * }</pre>
 *
 * <p>Any number of contexts may live in one process. Except for {@code stop} and the {@code await} methods, a
 * context is used by one thread.
 */
public final class StreamingContext extends ContextInputs implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  private final String name;
  private final long intervalMillis;
  private final AtomicInteger ids;
  private final Config config;
  private final Engine engine;
  private final String travelling;
  private final @Nullable Rehearsal rehearsal = Rehearsal.current();
  private ProgramDraft draft;

  /** A context of nodes that are there already. */
  StreamingContext(
      Builder builder, Config config, Settings settings, Deployment deployment, Ticker ticker) {
    super(builder.name);
    this.name = builder.name;
    this.intervalMillis = builder.interval.toMillis();
    this.ids = new AtomicInteger();
    ProgramDraft written = new ProgramDraft(intervalMillis);
    this.draft = written;
    this.engine = new Engine(
        name,
        intervalMillis,
        settings,
        deployment,
        ticker,
        () -> written.sinks().forEach(SinkOutput::awaitEnd));
    this.travelling = PortableProgram.settings(config);
    this.config = config;
  }

  /** A context of another node's program that goes on here. */
  StreamingContext(PortableProgram.Identity identity, Config config, Engine engine) {
    super(identity.name());
    this.name = identity.name();
    this.intervalMillis = identity.intervalMillis();
    this.ids = new AtomicInteger(identity.lastNode());
    this.draft = new ProgramDraft(intervalMillis);
    this.engine = engine;
    this.travelling = identity.settings();
    this.config = config;
  }

  /**
   * A context as the configuration says ({@code sluice.mode}): embedded by default, the driver of a cluster
   * when started by {@code sluice run} or with a driver's configuration.
   *
   * @param interval between batches, at least 1 ms
   */
  public static StreamingContext create(String name, Duration interval) {
    return builder(name, interval).build();
  }

  /** A context in this process alone, on an actor system of its own; no port is opened. */
  public static StreamingContext local(String name, Duration interval) {
    return builder(name, interval).nodes(1).build();
  }

  /**
   * A context on a running actor system: its cluster if it is a member of one, else this process alone. The
   * system is left running at the end.
   */
  public static StreamingContext on(ActorSystem<?> system, String name, Duration interval) {
    return builder(name, interval).system(system).build();
  }

  public static Builder builder(String name, Duration interval) {
    return new Builder(name, interval);
  }

  /** What can be chosen when a context is made. */
  public static final class Builder {
    private final String name;
    private final Duration interval;
    private @Nullable Config config;
    private @Nullable ActorSystem<?> system;
    private @Nullable Ticker ticker;
    private Faults faults = Faults.NONE;
    private int nodes;

    private Builder(String name, Duration interval) {
      requireNonNull(name, "A context needs a name, got null.");
      requireNonNull(interval, "A context needs a batch interval, got null.");
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
        throw new IllegalArgumentException(
            "Context name '" + name + "' must consist of letters, digits, '-', '_' and '.'.");
      }
      DStreamLike.requireShort("Batch interval", interval);
      if (interval.toMillis() < 1 || interval.toNanos() % 1_000_000 != 0) {
        throw new IllegalArgumentException(
            "Batch interval must be a positive whole number of milliseconds, got "
                + Millis.text(interval)
                + ".");
      }
      this.name = name;
      this.interval = interval;
    }

    /** The configuration instead of {@code ConfigFactory.load()}. */
    public Builder config(Config config) {
      this.config = config;
      return this;
    }

    /** The actor system to run on. */
    public Builder system(ActorSystem<?> system) {
      this.system = system;
      return this;
    }

    /** The clock instead of the machine's. */
    public Builder ticker(Ticker ticker) {
      this.ticker = ticker;
      return this;
    }

    /** So many nodes inside this process, whatever the configuration says. */
    public Builder nodes(int nodes) {
      if (nodes < 1) {
        throw new IllegalArgumentException("Nodes must be at least 1, got " + nodes + ".");
      }
      this.nodes = nodes;
      return this;
    }

    /** Makes tasks fail on purpose; for tests. */
    public Builder faults(Faults faults) {
      this.faults = faults;
      return this;
    }

    /**
     * Makes the context; blocks while a cluster is joined.
     *
     * @throws SluiceException if a setting is invalid or the cluster cannot be joined
     */
    public StreamingContext build() {
      Config loaded = config != null
          ? config
          : system != null ? system.settings().config() : LoadedConfig.besideLogging();
      Rehearsal rehearsal = Rehearsal.current();
      if (rehearsal != null) {
        return rehearsed(loaded, rehearsal);
      }
      Settings settings = Settings.from(loaded);
      Deployment deployment = Deployments.choose(loaded, settings, system, nodes, faults);
      Ticker clock = ticker != null ? ticker : deployment.ticker();
      return new StreamingContext(this, loaded, settings, deployment, clock);
    }

    private StreamingContext rehearsed(Config loaded, Rehearsal rehearsal) {
      Config kept = ConfigFactory.parseMap(Map.of(
              "sluice.checkpoint.directory",
              rehearsal.checkpoints().toString(),
              "sluice.cluster.min-workers",
              1))
          .withFallback(loaded);
      Settings settings = Settings.from(kept);
      Deployment alone = Deployments.choose(kept, settings, null, 1, Faults.NONE);
      return new StreamingContext(this, kept, settings, alone, alone.ticker());
    }
  }

  public String name() {
    return name;
  }

  public Duration batchInterval() {
    return Duration.ofMillis(intervalMillis);
  }

  public ContextState state() {
    return engine.state();
  }

  /**
   * Keeps what every stream has in a batch for so long after it, to be read with {@code slice} and {@code compute}.
   * Unless set, it is gone when the batch is over and no window needs it.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public void remember(Duration duration) {
    requireInitialized("Cannot remember");
    DStreamLike.requirePositive("Duration to remember", duration);
    draft.remember(duration.toMillis());
  }

  /**
   * Keeps the context in a directory, so that it outlives all its processes: a program that is started again with the same
   * directory and context name goes on where the one before has come. Driver and workers must reach the directory under the same
   * path. Call it before the first stream is made; {@code sluice.checkpoint.directory} does the same.
   *
   * @throws IllegalStateException if streams were made, or actions run, before
   */
  public void checkpoint(String directory) {
    requireNonNull(directory, "checkpoint got null; it needs a directory.");
    if (rehearsal == null) {
      engine.keepIn(Locations.path(directory));
    }
  }

  /**
   * What {@link #start} would do with what the checkpoint directory holds: what each operator would go on with, begin without, or be refused for.
   * Blocks while all of it is read; changes nothing, and nothing runs. The program may be added to afterwards.
   *
   * @throws IllegalStateException if the context has no checkpoint directory, or was started or stopped
   * @throws SluiceException CHECKPOINT_FAILED if no decision of an earlier run can be read
   */
  public CheckpointReport checkRestart() {
    engine.requireInitialized("Cannot check");
    return engine.check(draft.program());
  }

  /**
   * The context that a function makes, kept in a directory. If there is something of an earlier run, the context goes on with it
   * when it is started. The function runs in any case, since functions of a program are never kept.
   *
   * @param factory makes the context and writes its program
   * @throws IllegalArgumentException if the context is kept in another directory
   */
  public static StreamingContext getOrCreate(String directory, Supplier<StreamingContext> factory) {
    StreamingContext context = factory.get();
    if (context.rehearsal != null) {
      return context;
    }
    Path wanted = Locations.path(directory);
    Path chosen = context.engine.checkpointDirectory().orElse(null);
    if (chosen == null) {
      context.engine.keepIn(wanted);
    } else if (!chosen.toAbsolutePath().equals(wanted.toAbsolutePath())) {
      throw new IllegalArgumentException(
          "The context is kept in '%s', but getOrCreate was given '%s'. Name the same directory."
              .formatted(chosen, wanted));
    }
    return context;
  }

  void name(Node node, String name) {
    requireInitialized("Cannot name a stream");
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9 _.-]*")) {
      throw new IllegalArgumentException(
          "Stream name '" + name + "' must consist of letters, digits, blanks, '-', '_' and '.'.");
    }
    if (!draft.name(node, name)) {
      throw new IllegalArgumentException("Two streams of context '" + this.name + "' are named '"
          + name + "'. What is kept is found again by the name, so each needs its own.");
    }
  }

  /** Says how often what a node remembers is written whole. */
  void checkpoint(Node node, long millis) {
    requireInitialized("Cannot set a checkpoint interval");
    draft.checkpoint(node, millis);
  }

  /** Keeps the dataset that a node has in each batch, instead of making it again for each use. */
  void persist(Node node) {
    requireInitialized("Cannot persist");
    draft.persist(node);
  }

  /** The batches between two times, both included, whose dataset of the node can be read. */
  List<Long> remembered(Node node, Instant from, Instant to) {
    if (state() == ContextState.INITIALIZED) {
      throw new IllegalStateException("Context '" + name
          + "' has not been initialized: slice and compute can be called after start().");
    }
    if (from.isAfter(to)) {
      throw new IllegalArgumentException(
          "slice needs a time to begin with that is not after the end, got %s and %s."
              .formatted(from, to));
    }
    return jobs().remembered(node, from.toEpochMilli(), to.toEpochMilli());
  }

  /**
   * A number that functions on workers add to. The same name gives the same counter.
   *
   * @see Counter
   */
  public Counter counter(String name) {
    requireNonNull(name, "counter got null; it needs a name.");
    return new Counter(name, engine.counters().total(name));
  }

  /** What all committed batches have added to each counter, by name. Can be called from any thread. */
  public Map<String, Long> counters() {
    return engine.counters().all();
  }

  /**
   * A value for functions on workers, sent to each worker once.
   *
   * @param value plain data, not to be changed any more
   */
  public <T> Broadcast<T> broadcast(T value) {
    return new Broadcast<>(engine.broadcasts().add(() -> value, 0), engine.broadcasts());
  }

  /**
   * A value that is made anew, on the driver, before the first batch that is so much later than the one it was made for.
   * All tasks of a batch see the same.
   *
   * @param supplier makes the value; called at once for the first time
   * @param refresh how old the value may become, in batch time
   * @throws IllegalArgumentException if {@code refresh} is less than a millisecond
   */
  public <T> Broadcast<T> broadcast(Callable<T> supplier, Duration refresh) {
    if (refresh.toMillis() < 1) {
      throw new IllegalArgumentException(
          "A broadcast value can be refreshed every 1 ms at most, got " + Millis.text(refresh)
              + ".");
    }
    return new Broadcast<>(
        engine.broadcasts().add(supplier, refresh.toMillis()), engine.broadcasts());
  }

  <T> Broadcast<T> broadcastOf(int number) {
    return new Broadcast<>(number, engine.broadcasts());
  }

  /** Tells the listener of all that happens from now on. Can be called at any time, from any thread. */
  public void addStreamingListener(StreamingListener listener) {
    engine
        .listeners()
        .add(requireNonNull(listener, "addStreamingListener needs a listener, got null."));
  }

  /** The listener hears nothing more; nothing happens if it was not added. A call that has begun goes on. */
  public void removeStreamingListener(StreamingListener listener) {
    engine
        .listeners()
        .remove(requireNonNull(listener, "removeStreamingListener needs a listener, got null."));
  }

  /**
   * What listeners hear, as objects: each subscriber is given all that happens from its subscription on, and
   * {@code onComplete} when the context has ended.
   *
   * <p>Events wait for a subscriber that does not ask for them. When there are more than {@code buffer}, the oldest go,
   * and the next event is a {@link StreamingEvent.EventsLost}; a slow subscriber never holds back a batch.
   *
   * @throws IllegalArgumentException if the buffer is less than 1
   */
  public Flow.Publisher<StreamingEvent> events(int buffer) {
    if (buffer < 1) {
      throw new IllegalArgumentException(
          "events needs a buffer of at least 1 event, got " + buffer + ".");
    }
    return engine.listeners().events(buffer);
  }

  /** The program as a graph. */
  public PlanInfo plan() {
    return Graph.of(draft.program());
  }

  /** The stages that the program is compiled into. */
  public String explain() {
    return Explanation.of(draft.program());
  }

  /**
   * Starts receiving and computing; the first batch is at the next multiple of the interval. Blocks until
   * enough workers are there.
   *
   * @throws IllegalStateException if there is no output, or the context was started or stopped before
   * @throws SluiceException if the context cannot start
   */
  public void start() {
    engine.requireInitialized("Cannot start");
    requireOutputs();
    if (rehearsal != null) {
      rehearsal.start(this);
    }
    engine.activate();
    Extensions.attach(this, config, engine.loader(), engine.stopped());
    draft.sinks().forEach(sink -> sink.open(system(), engine.stopped()));
    engine.begin(draft.finish(), this::portable);
  }

  /**
   * Runs a batch of an earlier run again, alone: from the latest version before it that its checkpoint directory has, with the same blocks and files as
   * then, up to this batch. Its outputs are collected and not carried out, and those of batches before it are not made at all. The program may be another version of
   * the one that ran; its functions on the driver are called. Nothing in the directory is changed, so the context itself may run meanwhile elsewhere.
   *
   * <p>This context is used up by it: blocks until the batch is done, then the context has stopped. Make it with {@link #local}, since in a cluster
   * only one context of a name can run.
   *
   * @throws IllegalStateException if there is no output or no checkpoint directory, or the context was started or stopped
   * @throws SluiceException CHECKPOINT_FAILED if the batch, or what it needs, is not in the directory; PLAN_INVALID if the program does not take what is kept; what
   *     failed the batch
   */
  public ReplayedBatch replay(Instant batchTime) throws InterruptedException {
    requireNonNull(batchTime, "replay got null; it needs the time of a batch.");
    engine.requireInitialized("Cannot replay");
    requireOutputs();
    return Replays.run(this, batchTime);
  }

  /**
   * As {@link #replay}, for a context that runs, or has run: beside it, in this process, by a context that is made for it and stopped after it, and for which there must be memory: all that is kept of this one is read into
   * this process. Functions on the driver, such as those
   * of {@code transform}, are copied with what they refer to.
   *
   * @throws IllegalStateException if the context has no checkpoint directory
   * @throws SluiceException as {@link #replay}; PLAN_INVALID also if a function on the driver refers to something that cannot be serialized
   */
  public ReplayedBatch replayAside(Instant batchTime) throws InterruptedException {
    return Replays.aside(this, config, batchTime);
  }

  /** Takes over a program that was written for another context. */
  void take(ProgramDraft program, int lastNode) {
    draft = program;
    ids.set(lastNode);
  }

  private void requireOutputs() {
    if (!draft.hasOutputs()) {
      throw new IllegalStateException(
          "Nothing to run: no output operation was registered. Call print, foreachRDD or saveAsTextFiles on a stream.");
    }
  }

  /** Goes on with a program whose driver was lost. Does not wait. */
  void goOn(ProgramDraft program) {
    draft = program;
    Extensions.attach(this, config, engine.loader(), engine.stopped());
    engine.resume(program.finish());
  }

  PortableProgram portable() throws IOException {
    return portable(draft);
  }

  PortableProgram portable(ProgramDraft program) throws IOException {
    PortableProgram.Identity identity = new PortableProgram.Identity(
        engine.id(),
        name,
        engine.startedMillis(),
        intervalMillis,
        defaultPartitions(),
        ids.get(),
        travelling,
        engine.checkpointDirectory().map(Path::toString).orElse(""));
    return PortableProgram.of(identity, program, engine);
  }

  /**
   * Begins no batch until {@link #resume}; the one that runs goes on to its end. Meanwhile batches become due and wait, and receivers
   * receive as long as there is room for their blocks. A driver that takes over from this one is not paused. After a
   * long pause there is a batch for each interval of it, most of them empty. Does not wait.
   *
   * @throws IllegalStateException if the context does not run
   */
  public void pause() {
    engine.pause(true);
  }

  /**
   * Goes on after {@link #pause} with the batches that have waited, oldest first. Nothing happens if the context is not paused.
   *
   * @throws IllegalStateException if the context does not run
   */
  public void resume() {
    engine.pause(false);
  }

  /**
   * The nodes of the context, what they hold, and where the partitions of keyed data lie. Asks every worker, so it is for people and now and
   * then.
   *
   * @return completes on any thread; fails with a SluiceException CONTEXT_STOPPED if the context does not run, and with a TimeoutException if workers do not
   *     answer within 5 s
   */
  public CompletionStage<ClusterInfo> cluster() {
    return engine.cluster();
  }

  /**
   * Reads what an operator remembers.
   *
   * @param operator the name that the program gave to it, or that {@link #plan} tells
   * @throws IllegalArgumentException if no operator with state has this name
   */
  public <K, V> StateQuery<K, V> query(String operator) {
    return new StateQuery<>(stateOf(operator));
  }

  /** The names of the operators that {@link #query} can read. */
  public List<String> queryable() {
    return HeldState.names(draft.program());
  }

  <K, V> StateReader<K, V> stateOf(String operator) {
    return HeldState.of(this, draft.program(), operator);
  }

  /** Encodes and decodes the program's records. */
  RecordCodec codec() {
    return engine.codec();
  }

  /** Stops at once. Batches that are running or waiting are given up. */
  public void stop() {
    stop(false);
  }

  /**
   * Stops and blocks until everything has ended. Calls after the first do nothing.
   *
   * <p>An output that stops its context gracefully is not blocked, since its own batch is to end first.
   *
   * @param graceful first stop receiving, then process everything that was received
   */
  public void stop(boolean graceful) {
    engine.stop(graceful);
  }

  /** As {@link #stop()}. */
  @Override
  public void close() {
    stop(false);
  }

  /**
   * Waits until the context stops.
   *
   * @throws SluiceException what ended it, if it failed
   */
  public void awaitTermination() throws InterruptedException {
    engine.awaitTermination();
  }

  /**
   * Waits at most {@code timeout}; true if the context has stopped.
   *
   * @throws SluiceException what ended it, if it failed
   */
  public boolean awaitTermination(Duration timeout) throws InterruptedException {
    return engine.awaitTermination(timeout.toMillis());
  }

  long intervalMillis() {
    return intervalMillis;
  }

  Engine engine() {
    return engine;
  }

  /** The program as it is written so far. */
  ProgramDraft draft() {
    return draft;
  }

  int newId() {
    return ids.incrementAndGet();
  }

  /** Partitions of shuffles that name no number. */
  public int defaultPartitions() {
    return engine.defaultPartitions();
  }

  JobClient jobs() {
    if (rehearsal != null && engine.state() == ContextState.INITIALIZED) {
      throw new IllegalStateException(
          "The program of context '" + name
              + "' runs an action before start(), and in a rehearsal nothing runs. Begin the streams first, or run the action in an output.");
    }
    return engine.jobs();
  }

  /** The node's records, kept until {@link #unkeep} or until nothing refers to the node that this gives. */
  Node.Kept kept(Node node, long batchMillis, StorageLevel level) {
    Node.Kept kept = new Node.Kept(newId(), node, batchMillis, level);
    int keptId = kept.id();
    Engine running = engine;
    whenUnused(kept, () -> running.unkeep(keptId, true));
    return kept;
  }

  /** Acts when nothing refers to the object any more, on another thread; the action must not refer to it either. */
  static void whenUnused(Object object, Runnable action) {
    var unused = CLEANER.register(object, action);
  }

  void unkeep(Node.Kept kept) {
    engine.unkeep(kept.id(), false);
  }

  Node generated(String operation, List<Node> inputs, DStreamLike.RddMaker maker) {
    requireInitialized("Cannot add a stream");
    return new Node.Generated(newId(), operation, inputs, (time, plan) -> {
      RDD<?> made = maker.make(time);
      if (made != null && made.context() != this) {
        throw new IllegalArgumentException(
            "An RDD of context '%s' was given to a stream of context '%s'; they must belong to the same."
                .formatted(made.context().name(), name));
      }
      return made == null ? null : made.node();
    });
  }

  void addOutput(
      String operation, Node node, long slideMillis, StreamProgram.BatchFunction function) {
    requireInitialized("Cannot add an output");
    draft.addOutput(operation, node, slideMillis, function);
  }

  /** Tells listeners of a chart, which is made only if there are any. */
  void show(Supplier<StreamingListener.ChartInfo> chart) {
    if (engine.listeners().isHeard()) {
      engine.listeners().post(new StreamingEvent.ChartShown(chart.get()));
    }
  }

  /** An output that its program gave a name, which no other has. */
  void addNamedOutput(
      String name, Node node, long slideMillis, StreamProgram.BatchFunction function) {
    requireInitialized("Cannot add an output");
    draft.addNamedOutput(name, node, slideMillis, function);
  }

  ActorSystem<?> system() {
    return engine.deployment().system();
  }

  boolean hasReceptionist() {
    return engine.deployment().hasReceptionist();
  }

  /** Notes a sink that runs as long as the context does. */
  <T> SinkOutput<T> addSink(SinkOutput<T> sink) {
    requireInitialized("Cannot add an output");
    draft.addSink(sink);
    return sink;
  }

  /**
   * The nodes inside this process, for tests that add and kill them.
   *
   * @throws IllegalStateException if the context runs on a real cluster
   */
  public SimulatedNodes simulatedNodes() {
    if (engine.deployment() instanceof SimulatedNodes simulated) {
      return simulated;
    }
    throw new IllegalStateException("The nodes of this context are not inside this process.");
  }

  /** What the context's clock shows. */
  long nowMillis() {
    return engine.nowMillis();
  }

  /** Streams can be made of others only while the program is written. */
  void requireBuilding() {
    requireInitialized("Cannot add an operation");
  }

  void requireInitialized(String what) {
    engine.requireInitialized(what);
  }
}
