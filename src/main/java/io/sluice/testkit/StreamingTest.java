package io.sluice.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.DStream;
import io.sluice.DStreamLike;
import io.sluice.PairDStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Faults;
import io.sluice.api.Pair;
import io.sluice.api.PairFunction;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context whose time, input, nodes and faults are in the test's hand, and whose output is recorded.
 *
 * <pre>{@code
 * try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
 *   DStream<String> words = test.input(List.of(List.of("a", "b", "a"), List.of("b")));
 *
 *   test.expect(
 *       words.countByValue(),
 *       List.of(List.of(Pair.of("a", 2L), Pair.of("b", 1L)), List.of(Pair.of("b", 1L))));
 *   test.beforeBatch(2, () -> test.killNode("node-1"));
 *
 *   test.run();
 * }
 * }</pre>
 *
 * <p>Works with any test framework or none: what is not as expected is an {@link AssertionError}. Used by one thread,
 * but {@code addNode}, {@code killNode} and {@code failTask} may be called from any. The clock starts at
 * 1970-01-01T00:00:00Z, so the n-th batch is at n intervals.
 */
public final class StreamingTest implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StreamingTest.class);

  private final StreamingContext context;
  private final ManualClock clock;
  private final ScriptedFaults faults;
  private final Duration timeout;
  private final Progress progress = new Progress();
  private final Optional<RandomFaults> random;
  private final List<Expectation<?>> expectations = new ArrayList<>();
  private final Map<Integer, List<Runnable>> steps = new HashMap<>();
  private int batches;
  private volatile boolean started;

  private StreamingTest(Builder builder) {
    this.clock = new ManualClock(builder.startTime);
    this.faults = new ScriptedFaults(builder.faults);
    this.timeout = builder.timeout;
    this.context = StreamingContext.builder("test", builder.interval)
        .config(builder.config())
        .nodes(builder.nodes)
        .ticker(clock)
        .faults(faults)
        .build();
    this.random = builder.random(builder.config());
    random.ifPresent(chosen -> {
      faults.failIf(chosen);
      log.info("Random faults have the seed [{}]", chosen.seed());
    });
    context.events(Integer.MAX_VALUE).subscribe(progress);
  }

  /** A test on one node with batches of 1 s. */
  public static StreamingTest create() {
    return builder().build();
  }

  /** A test with other choices than the usual. */
  public static Builder builder() {
    return new Builder();
  }

  /** What can be chosen for a test. */
  public static final class Builder {
    private Duration interval = Duration.ofSeconds(1);
    private Duration timeout = Duration.ofSeconds(30);
    private Faults faults = Faults.NONE;
    private Instant startTime = Instant.EPOCH;
    private int nodes = 1;
    private @Nullable Long seed;
    private final Map<String, Object> settings = new HashMap<>();

    private Builder() {}

    /** The batch interval; 1 s unless set. */
    public Builder interval(Duration interval) {
      this.interval = interval;
      return this;
    }

    /**
     * What the clock shows at the beginning; 1970-01-01T00:00:00Z unless set. A test that goes on where another was killed
     * begins when that one ended.
     */
    public Builder startTime(Instant time) {
      this.startTime = time;
      return this;
    }

    /** How many nodes are simulated; 1 unless set. With more than one, records are encoded between them. */
    public Builder nodes(int nodes) {
      this.nodes = nodes;
      return this;
    }

    /** Faults beside those of {@link StreamingTest#failTask}; none unless set. */
    public Builder faults(Faults faults) {
      this.faults = faults;
      return this;
    }

    /** As {@link #randomFaults(long)}, with another seed in each run. It is logged, and part of what a failure says. */
    public Builder randomFaults() {
      return randomFaults(System.nanoTime());
    }

    /**
     * Makes tasks fail and, where there are at least two nodes, kills nodes between batches and adds others in their
     * place; all so that a correct program puts out the same. The same seed makes the same faults.
     */
    public Builder randomFaults(long seed) {
      this.seed = seed;
      return this;
    }

    /** How long the test waits, in real time, for one batch or node before it fails; 30 s unless set. */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** A setting, for example {@code set("sluice.batch.partitions", 4)}. */
    public Builder set(String key, Object value) {
      settings.put(key, value);
      return this;
    }

    /**
     * Makes the context; nothing runs before {@link StreamingTest#runBatches} or {@link StreamingTest#start}.
     *
     * @throws io.sluice.api.SluiceException SETTING_INVALID, naming the key
     * @throws IllegalArgumentException if the interval or the number of nodes is not positive
     */
    public StreamingTest build() {
      return new StreamingTest(this);
    }

    private Optional<RandomFaults> random(Config config) {
      int attempts = config.getInt("sluice.task.max-attempts");
      return Optional.ofNullable(seed).map(chosen -> new RandomFaults(chosen, attempts - 1));
    }

    private Config config() {
      return ConfigFactory.parseMap(settings)
          .withFallback(ConfigFactory.parseMap(Map.of("sluice.cluster.min-workers", nodes)))
          .withFallback(ConfigFactory.load());
    }
  }

  /** The context under test. Its program is written before the first batch. */
  public StreamingContext context() {
    return context;
  }

  /** The clock of the context. {@link #runBatches} moves it by itself. */
  public ManualClock clock() {
    return clock;
  }

  /** As {@link #input(List, int)}, each batch in one partition. */
  public <T> DStream<T> input(List<? extends @Nullable List<T>> batches) {
    return input(batches, 1);
  }

  /**
   * A stream with the given records: the first list in the first batch, and so on, then nothing.
   *
   * @param batches null for a batch without a dataset, which counts as empty
   * @param partitions over which each batch is spread, in order; at least 1
   * @throws IllegalStateException if the context was started
   */
  public <T> DStream<T> input(List<? extends @Nullable List<T>> batches, int partitions) {
    Queue<RDD<T>> queue = new ArrayDeque<>();
    for (List<T> batch : batches) {
      queue.add(context.parallelize(batch == null ? List.of() : batch, partitions));
    }
    return context.queueStream(queue);
  }

  /** As {@link #pairInput(List, int)}, each batch in one partition. */
  public <K, V> PairDStream<K, V> pairInput(List<? extends @Nullable List<Pair<K, V>>> batches) {
    return pairInput(batches, 1);
  }

  /** As {@link #input(List, int)}, of pairs. */
  public <K, V> PairDStream<K, V> pairInput(
      List<? extends @Nullable List<Pair<K, V>>> batches, int partitions) {
    PairFunction<Pair<K, V>, K, V> same = pair -> pair;
    return this.<Pair<K, V>>input(batches, partitions).mapToPair(same);
  }

  /**
   * Records everything that a stream puts out, on the driver. The records must fit in memory.
   *
   * @throws IllegalStateException if the context was started
   */
  public <T, R extends RDD<T>> Recorded<T> output(DStreamLike<T, ?, R> stream) {
    return Recorded.of(stream);
  }

  /**
   * Says what a stream is to put out: the first list in its first batch, and so on, in any order. {@link #run} runs as
   * many batches as it takes; every batch that is run is compared, and the first that differs fails the test.
   *
   * @throws IllegalStateException if the context was started
   */
  public <T, R extends RDD<T>> void expect(
      DStreamLike<T, ?, R> stream, List<? extends List<T>> batches) {
    expect(stream, batches, false);
  }

  /** As {@link #expect}, and the records of each batch in this order. */
  public <T, R extends RDD<T>> void expectInOrder(
      DStreamLike<T, ?, R> stream, List<? extends List<T>> batches) {
    expect(stream, batches, true);
  }

  private <T, R extends RDD<T>> void expect(
      DStreamLike<T, ?, R> stream, List<? extends List<T>> batches, boolean ordered) {
    long slides = stream.slideDuration().dividedBy(context.batchInterval());
    String site = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames
            .filter(frame -> frame.getDeclaringClass() != StreamingTest.class)
            .findFirst()
            .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("an unknown line"));
    expectations.add(new Expectation<>(
        "Output expected at " + site, output(stream), batches, ordered, (int) slides));
  }

  /** Starts the context; {@link #runBatches} does so if need be. Blocks until all nodes are there. */
  public void start() {
    if (!started) {
      started = true;
      context.start();
      Thread watcher = new Thread(this::watch, "sluice-test-watch");
      watcher.setDaemon(true);
      watcher.start();
    }
  }

  /**
   * Moves the clock on by one interval and waits for the batch, {@code count} times.
   *
   * @return what the context says of these batches
   * @throws io.sluice.api.SluiceException what ended the context, if a batch failed
   * @throws AssertionError if a batch is not completed before the time-out
   */
  public List<BatchInfo> runBatches(int count) {
    start();
    Instant before = clock.now();
    try {
      for (int i = 0; i < count; i++) {
        runBatch();
      }
    } catch (AssertionError failure) {
      throw new AssertionError(failure.getMessage() + seedText(), failure);
    } catch (RuntimeException failure) {
      random.ifPresent(
          faults -> failure.addSuppressed(new AssertionError(seedText().strip())));
      throw failure;
    }
    return progress.completed(before, clock.now());
  }

  private void runBatch() {
    int number = ++batches;
    random.flatMap(faults -> faults.lossBefore(number, nodes())).ifPresent(node -> {
      killNode(node);
      addNode();
    });
    steps.getOrDefault(number, List.of()).forEach(Runnable::run);
    clock.advance(context.batchInterval());
    Instant batch = clock.now();
    progress.await("batch " + batch, () -> progress.hasCompleted(batch), timeout);
    expectations.forEach(Expectation::check);
  }

  private String seedText() {
    return random
        .map(faults -> "\nThe random faults had the seed %d; randomFaults(%dL) repeats them."
            .formatted(faults.seed(), faults.seed()))
        .orElse("");
  }

  /**
   * Runs as many batches as it takes until everything expected is put out, and compares them.
   *
   * @return what the context says of these batches
   * @throws AssertionError if a stream puts out something else; the message names the batch and what differs
   * @throws io.sluice.api.SluiceException what ended the context, if a batch failed
   */
  public List<BatchInfo> run() {
    int needed = expectations.stream().mapToInt(Expectation::batches).max().orElse(0);
    List<BatchInfo> run = runBatches(Math.max(0, needed - batches));
    expectations.forEach(Expectation::requireAll);
    return run;
  }

  /**
   * Does something, for example kills or adds a node, before the clock moves on to a batch.
   *
   * @param number of the batch, 1 for the first
   * @throws IllegalArgumentException if the batch has run already
   */
  public void beforeBatch(int number, Runnable step) {
    if (number <= batches) {
      throw new IllegalArgumentException(
          "Batch %d has run already: %d batches have.".formatted(number, batches));
    }
    steps.computeIfAbsent(number, key -> new ArrayList<>()).add(step);
  }

  /**
   * Does something, for example kills or adds a node, before a task runs, on its thread. What it throws fails the task.
   *
   * @param number of the task, 1 for the first that begins
   * @throws IllegalArgumentException if the task has begun already
   */
  public void beforeTask(long number, Runnable step) {
    faults.before(number, step);
  }

  /** All events so far, in order; see {@link io.sluice.api.StreamingListener}. */
  public List<StreamingEvent> events() {
    return progress.events();
  }

  /** The events of one kind so far, in order. */
  public <E extends StreamingEvent> List<E> events(Class<E> kind) {
    return events().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /**
   * Waits for an event, unless it has happened already, and gives it.
   *
   * @throws RuntimeException what ended the context, if it failed
   * @throws AssertionError if it does not happen before the time-out, or the context ends
   */
  public <E extends StreamingEvent> E awaitEvent(Class<E> kind, Predicate<E> which) {
    Supplier<Optional<E>> found = () -> events(kind).stream().filter(which).findFirst();
    progress.await(kind.getSimpleName(), () -> found.get().isPresent(), timeout);
    return found.get().orElseThrow();
  }

  /** Names of the nodes that run tasks. */
  public List<String> nodes() {
    return context.simulatedNodes().names();
  }

  /** Adds a node and, if the context runs, waits until its driver has taken it in. Gives its name. */
  public String addNode() {
    String name = context.simulatedNodes().add();
    if (started) {
      progress.await(name, () -> progress.hasWorker(name), timeout);
    }
    return name;
  }

  /**
   * Ends a node at once, as a killed process would; its memory is gone.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  public void killNode(String name) {
    context.simulatedNodes().kill(name);
  }

  /**
   * Ends a node as one that is asked to: it stays until all that it has is on others, between two batches.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  public void leaveNode(String name) {
    context.simulatedNodes().leave(name);
  }

  /**
   * Ends the driver at once, as a killed process would; another goes on, and runs what was not committed again.
   *
   * @throws IllegalStateException if the context was not started, or has one node only
   */
  public void killDriver() {
    context.simulatedNodes().killDriver();
  }

  /**
   * Ends the driver, as {@link #killDriver}, in the moment in which it writes down a decision: that a batch is cut, or
   * committed, or a worker let in.
   *
   * @param decision its number among those of all drivers, from 1 on
   * @param kept whether the next driver finds the decision
   */
  public void killDriverAtDecision(long decision, boolean kept) {
    faults.loseDriver(decision, kept, this::killDriver);
  }

  /**
   * Ends the driver and all nodes at once, as if their processes were killed. What the context has in its checkpoint directory is
   * all that is left; another test with the same directory goes on with it.
   *
   * @throws IllegalStateException if the nodes are not inside this process
   */
  public void killAll() {
    context.simulatedNodes().killAll();
  }

  /**
   * Makes the next tasks of a stage and partition fail, {@code times} in all. Every job of a batch, and every action
   * in an output, counts its stages from 0.
   */
  public void failTask(int stage, int partition, int times) {
    faults.fail(stage, partition, times);
  }

  /** Makes every task fail for which the condition holds. It is asked on the threads of tasks. */
  public void failTasks(Predicate<TaskRun> condition) {
    faults.failIf(condition);
  }

  /** How many tasks the test has made fail so far. */
  public int failedTasks() {
    return faults.thrown();
  }

  /** Stops the context at once. Blocks until it has ended; what failed before is not reported again. */
  @Override
  public void close() {
    context.close();
  }

  private void watch() {
    try {
      context.awaitTermination();
      progress.ended(null);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      progress.ended(failure);
    }
  }
}
