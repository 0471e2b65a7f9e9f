package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.BatchSource;
import io.sluice.api.CheckpointReport;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Faults;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Locations;
import io.sluice.api.Pair;
import io.sluice.api.PlanInfo;
import io.sluice.api.Receiver;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.Settings;
import io.sluice.api.SimulatedNodes;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.api.Ticker;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.Deployments;
import io.sluice.plan.Closure;
import io.sluice.plan.Explanation;
import io.sluice.plan.Graph;
import io.sluice.plan.Millis;
import io.sluice.plan.Node;
import io.sluice.receiver.RawSocketReceiver;
import io.sluice.receiver.SocketRecordReceiver;
import io.sluice.receiver.SocketTextReceiver;
import io.sluice.scheduler.JobClient;
import io.sluice.scheduler.StreamProgram;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
public final class StreamingContext implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  private final String name;
  private final long intervalMillis;
  private final AtomicInteger ids;
  private final FileInputs files = new FileInputs(this);
  private final ActorInputs actors;
  private final Config config;
  private final Engine engine;
  private final String travelling;
  private final @Nullable Rehearsal rehearsal = Rehearsal.current();
  private ProgramDraft draft;

  /** A context of nodes that are there already. */
  StreamingContext(
      Builder builder, Config config, Settings settings, Deployment deployment, Ticker ticker) {
    this.name = builder.name;
    this.intervalMillis = builder.interval.toMillis();
    this.ids = new AtomicInteger();
    this.actors = new ActorInputs(name);
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
    this.name = identity.name();
    this.intervalMillis = identity.intervalMillis();
    this.ids = new AtomicInteger(identity.lastNode());
    this.actors = new ActorInputs(name);
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

  /** Lines of text from a TCP server, as UTF-8; the receiver connects again when the connection ends. */
  public TextDStream socketTextStream(String host, int port) {
    return socketTextStream(host, port, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * As {@link #socketTextStream(String, int)}.
   *
   * @throws IllegalArgumentException if the host is empty or the port not between 1 and 65535
   */
  public TextDStream socketTextStream(String host, int port, StorageLevel level) {
    return TextDStream.of(receiverStream(
        new SocketTextReceiver(host, port, level), "socketTextStream " + host + ":" + port));
  }

  /**
   * What a function makes of the bytes that a TCP server sends; the receiver connects again when the connection, or the
   * iterator, ends.
   *
   * @param converter is called once a connection, on the receiver's worker; its iterator may block until the next record is
   *     there, and an exception it throws is reported and ends the connection
   * @throws IllegalArgumentException if the host is empty or the port not between 1 and 65535
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if the converter cannot travel
   */
  public <T> DStream<T> socketStream(
      String host, int port, Function<InputStream, Iterator<T>> converter, StorageLevel level) {
    return receiverStream(
        new SocketRecordReceiver<>(host, port, converter, level),
        "socketStream " + host + ":" + port);
  }

  /** As {@link #rawSocketStream(String, int, StorageLevel)}, in memory, then on disk, in two copies. */
  public <T> DStream<T> rawSocketStream(String host, int port) {
    return rawSocketStream(host, port, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * Blocks of encoded records from a TCP server that sends them with a {@link RawBlockWriter}. The receiver stores the bytes as
   * they come; the tasks that use them decode them, so a batch fails if what was sent cannot be decoded. The server must be
   * trusted as a node of the cluster is.
   *
   * @throws IllegalArgumentException if the host is empty or the port not between 1 and 65535
   */
  public <T> DStream<T> rawSocketStream(String host, int port, StorageLevel level) {
    return receiverStream(
        new RawSocketReceiver<T>(host, port, level), "rawSocketStream " + host + ":" + port);
  }

  /**
   * What a receiver of the user's stores. It runs on one worker and outside the task slots.
   *
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if the receiver cannot travel
   */
  public <T> DStream<T> receiverStream(Receiver<T> receiver) {
    requireNonNull(
        receiver, "The receiver is null; give an object of a class that extends Receiver.");
    return receiverStream(receiver, receiver.getClass().getSimpleName());
  }

  private <T> DStream<T> receiverStream(Receiver<T> receiver, String label) {
    requireInitialized("Cannot add a stream");
    Closure travelling = Closure.of(receiver, "receiverStream");
    int stream =
        draft.addReceiver(label, receiver.preferredLocation().orElse(""), travelling.bytes());
    return new DStream<>(this, new Node.Received(newId(), stream, label), intervalMillis);
  }

  /**
   * The records of a source that can be read again. The driver plans what each batch reads, and tasks read it; no receiver runs,
   * and nothing is copied. Batches that are run again, by another driver or after a restart from a checkpoint directory, read the
   * same.
   *
   * <p>The source begins where it says now, on this thread. {@code sluice.rate} bounds what a batch has of a source that heeds it: the
   * rate of a receiver, times the interval.
   *
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if the source cannot travel; DRIVER_FUNCTION_FAILED if it cannot begin
   */
  public <T> DStream<T> batchStream(BatchSource<T> source) {
    requireNonNull(
        source, "The source is null; give an object of a class that implements BatchSource.");
    return batchStream("batchStream", source, source);
  }

  <T> DStream<T> batchStream(String operation, BatchSource<T> source, Object function) {
    requireBuilding();
    try {
      SourceStream<T> generator =
          SourceStream.of(this, operation, source, function, draft.addStream());
      Node node = new Node.Generated(newId(), operation, List.of(), generator);
      return new DStream<>(this, node, intervalMillis);
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "Source '%s' cannot begin: %s".formatted(source, failure),
          failure);
    }
  }

  /**
   * The lines of the text files that come into a directory, as UTF-8: those of the files that each batch finds there. Files whose
   * names end with {@code .gz} are decompressed.
   *
   * <p>In place of a directory stands a pattern: {@code *}, {@code ?}, {@code [a-z]} and {@code {a,b}} for parts of a name, in any part of the path.
   * The part before the first of them must be a directory. The driver looks into the directory in every batch, and tasks on the workers read the files, so all must see the same
   * file system under the same path. Files that are there now are left out, as are names that begin with a dot or an underscore.
   * Write a file elsewhere on the same file system and move it into the directory when it is complete. A file is taken once,
   * by its name and content: one that is only touched is not taken again, one that is replaced by other content is. A file must stay
   * until its batch is over, with a checkpoint directory until no version needs it; one that cannot be read, or has changed since it
   * was found, fails the batch. A file of more than 32 MiB is read in parts.
   *
   * <p>Which files a batch has is a decision of the driver: batches that are run again, by another driver or after a restart from a
   * checkpoint directory, have the same ones. Files that come while nothing runs are found at the restart; each goes to the first batch
   * that is made up whose time is not before its time of change.
   *
   * @throws IllegalArgumentException if there is no such directory
   */
  public TextDStream textFileStream(String directory) {
    return TextDStream.of(files.textStream(directory));
  }

  /**
   * What a function reads of the files that come into a directory; see {@link #textFileStream}. Each file is read by one task.
   *
   * @param filter is called on the driver, in every batch, with each file's absolute path; what it refers to must be serializable if
   *     another node is to go on when the driver is lost
   * @param newFilesOnly whether to leave out the files that are there now
   * @param reader runs on the workers and makes records of a file, whose absolute path it is given
   * @throws IllegalArgumentException if there is no such directory
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if the reader cannot travel
   */
  public <T> DStream<T> fileStream(
      String directory,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      FlatMapFunction<Path, T> reader) {
    return files.stream(directory, filter, newFilesOnly, reader);
  }

  /**
   * Records of one length from the files that come into a directory; see {@link #textFileStream}. A file whose length is no
   * multiple of the record length fails the batch.
   *
   * @param recordLength in bytes, at most 32 MiB
   * @throws IllegalArgumentException if there is no such directory or the length is out of range
   */
  public DStream<byte[]> binaryRecordsStream(String directory, int recordLength) {
    return files.binaryStream(directory, recordLength);
  }

  /** As {@link #actorStream(String, StorageLevel)}, in memory, then on disk, in two copies. */
  public <T> DStream<T> actorStream(String name) {
    return actorStream(name, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * What actors and Akka Streams send to an actor of the stream, which answers when it is stored. The actor runs where the
   * receiver does, on one of the workers; senders find it with {@link #actorStreamRef} or, on any member of the cluster, under
   * {@link ActorStream#key}. See {@link ActorStream} for what to send.
   *
   * @param name of the stream, in this context
   * @throws IllegalArgumentException if the name is empty, taken, or not of letters, digits, '-', '_' and '.'
   */
  public <T> DStream<T> actorStream(String name, StorageLevel level) {
    return receiverStream(actors.<T>receiver(name, level), "actorStream " + name);
  }

  /**
   * The actor to which records of an actor stream are sent, as soon as its receiver runs. It is another one after the receiver
   * has started again. Can be called before and after {@code start()}.
   *
   * @return fails with CONTEXT_STOPPED if the context stops before
   * @throws IllegalArgumentException if the context has no such stream
   */
  public <T> CompletionStage<ActorRef<ActorStream.Message<T>>> actorStreamRef(String name) {
    return actors.find(name, system(), engine.stopped());
  }

  /** As {@link #sourceStream(SourceSupplier, StorageLevel)}, in memory, then on disk, in two copies. */
  public <T> DStream<T> sourceStream(SourceSupplier<T> supplier) {
    return sourceStream(supplier, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * The elements of an Akka Streams source, which runs on the worker that runs the receiver, in that node's actor system. It is
   * pulled only as fast as elements are stored, with a few hundred under way. When it fails, a new one is made after a back-off;
   * when it completes, the receiver stops.
   *
   * @param supplier makes the source, on the worker
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if the supplier cannot travel
   */
  public <T> DStream<T> sourceStream(SourceSupplier<T> supplier, StorageLevel level) {
    return receiverStream(SourceReceiver.of(supplier, level), "sourceStream");
  }

  /** As {@link #acknowledgedStream(SourceWithContextSupplier, Function, StorageLevel)}, in memory, then on disk, in two copies. */
  public <T, C> DStream<T> acknowledgedStream(
      SourceWithContextSupplier<T, C> supplier, Function<List<C>, CompletionStage<?>> acknowledge) {
    return acknowledgedStream(supplier, acknowledge, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * As {@link #sourceStream(SourceSupplier, StorageLevel)} for a source that wants to hear what was taken: no element is lost, and one whose acknowledgement was
   * lost comes again, if the source gives again what was not acknowledged. Elements that wait, 256 at most, are stored together as one block.
   *
   * @param supplier makes the source, on the worker
   * @param acknowledge gets the contexts of elements, in their order, when they are stored and replicated; called on the worker, on a thread of the
   *     receiver, and the next ones only when this has completed. If it fails, or does not complete in a minute, the source is made anew
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE if a function cannot travel
   */
  public <T, C> DStream<T> acknowledgedStream(
      SourceWithContextSupplier<T, C> supplier,
      Function<List<C>, CompletionStage<?>> acknowledge,
      StorageLevel level) {
    return receiverStream(
        SourceReceiver.acknowledging(supplier, acknowledge, level), "acknowledgedStream");
  }

  /** One RDD of the queue a batch, an empty one when there is none. The queue may be filled while the context runs. */
  public <T> DStream<T> queueStream(Queue<RDD<T>> queue) {
    return queueStream(queue, true);
  }

  /**
   * RDDs from a queue.
   *
   * @param oneAtATime one a batch; otherwise all that are there
   */
  public <T> DStream<T> queueStream(Queue<RDD<T>> queue, boolean oneAtATime) {
    requireNonNull(queue, "queueStream got null; it needs a queue.");
    requireInitialized("Cannot add a stream");
    // A batch that is run again for another driver has what it had before.
    Map<Long, RDD<T>> last = new HashMap<>();
    Node node = generated("queueStream", List.of(), time -> {
      last.keySet().removeIf(other -> other != time);
      return last.computeIfAbsent(time, batch -> takeFrom(queue, oneAtATime));
    });
    return new DStream<>(this, node, intervalMillis);
  }

  private <T> RDD<T> takeFrom(Queue<RDD<T>> queue, boolean oneAtATime) {
    RDD<T> taken = null;
    for (RDD<T> next = queue.poll(); next != null; next = queue.poll()) {
      taken = taken == null ? next : taken.union(next);
      if (oneAtATime) {
        break;
      }
    }
    return taken == null ? parallelize(List.of(), 1) : taken;
  }

  /**
   * The records of all streams.
   *
   * @throws IllegalArgumentException if there is none or they slide differently
   */
  public <T> DStream<T> union(List<DStream<T>> streams) {
    requireNonNull(streams, "union got null; it needs a list of streams.");
    if (streams.isEmpty()) {
      throw new IllegalArgumentException("union needs at least one stream.");
    }
    DStream<T> first = streams.get(0);
    streams.forEach(stream -> first.requireFits(stream, "union"));
    return first.same(
        new Node.Union(newId(), streams.stream().map(DStreamLike::node).toList()),
        first.slideMillis());
  }

  /** Makes an RDD of those of several streams, in every batch, on the driver. */
  public <T> DStream<T> transform(
      List<? extends DStreamLike<?, ?, ?>> streams,
      Function2<List<RDD<?>>, Instant, RDD<T>> function) {
    requireNonNull(streams, "transform got null; it needs a list of streams.");
    requireNonNull(function, "transform got null; it needs a function.");
    if (streams.isEmpty()) {
      throw new IllegalArgumentException("transform needs at least one stream.");
    }
    DStreamLike<?, ?, ?> first = streams.get(0);
    streams.forEach(stream -> first.requireFits(stream, "transform"));
    List<Node> inputs = new ArrayList<>();
    streams.forEach(stream -> inputs.add(stream.node()));
    Node node = generated("transform", inputs, time -> {
      List<RDD<?>> rdds = new ArrayList<>();
      streams.forEach(stream -> rdds.add(stream.atBatch(time)));
      return function.call(rdds, Instant.ofEpochMilli(time));
    });
    return new DStream<>(this, node, first.slideMillis());
  }

  /** Records of the program as an RDD, in as many partitions as shuffles have by default. */
  public <T> RDD<T> parallelize(List<T> records) {
    return parallelize(records, defaultPartitions());
  }

  /** Records of the program as an RDD; they stay on the driver until tasks read them. */
  public <T> RDD<T> parallelize(List<T> records, int partitions) {
    requireNonNull(records, "parallelize got null; it needs a list of records.");
    if (partitions < 1 || partitions > 0xFFFF) {
      throw new IllegalArgumentException(
          "Number of partitions must be between 1 and 65535, got " + partitions + ".");
    }
    Node.Literal literal = new Node.Literal(newId(), partitions);
    int literalId = literal.id();
    BlockStore store = engine.deployment().node().store();
    long owner = engine.id();
    for (int i = 0; i < partitions; i++) {
      int from = (int) ((long) records.size() * i / partitions);
      int to = (int) ((long) records.size() * (i + 1) / partitions);
      store.put(
          BlockId.literal(owner, literalId, i),
          Block.Records.of(new ArrayList<>(records.subList(from, to))));
    }
    CLEANER.register(literal, () -> {
      for (int i = 0; i < partitions; i++) {
        store.remove(BlockId.literal(owner, literalId, i));
      }
    });
    return new RDD<>(this, literal, -1);
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

  /** As {@link #parallelize(List)}, of pairs. */
  public <K, V> PairRDD<K, V> parallelizePairs(List<Pair<K, V>> pairs) {
    return PairRDD.fromRDD(parallelize(pairs));
  }

  /** As {@link #parallelize(List, int)}, of pairs. */
  public <K, V> PairRDD<K, V> parallelizePairs(List<Pair<K, V>> pairs, int partitions) {
    return PairRDD.fromRDD(parallelize(pairs, partitions));
  }

  /** An RDD without records and partitions. */
  public <T> RDD<T> emptyRDD() {
    return new RDD<>(this, new Node.Literal(newId(), 0), -1);
  }

  /** As {@link #textFile(String, int)}, in as many parts as shuffles have by default if the files are long enough. */
  public RDD<String> textFile(String path) {
    return textFile(path, defaultPartitions());
  }

  /**
   * The lines of text files, as UTF-8. The workers read them when an action runs, each a part of at most 32 MiB.
   *
   * @param path a file, a directory, whose files are read except those that begin with a dot or an underscore, or a
   *     pattern such as {@code logs/*.txt}; the same on the driver and on all workers
   * @param atLeast so many partitions, if the files are long enough
   * @throws IllegalArgumentException if there is no such file
   */
  public RDD<String> textFile(String path, int atLeast) {
    return files.text(path, atLeast);
  }

  /**
   * What {@link RDD#saveAsObjectFile} wrote, one partition a file.
   *
   * @param path as for {@link #textFile(String, int)}
   * @throws IllegalArgumentException if there is no such file
   */
  public <T> RDD<T> objectFile(String path) {
    return files.objects(path);
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
    Map<Integer, List<Object>> collected = new ConcurrentHashMap<>();
    Map<Integer, String> names = new TreeMap<>();
    engine.replay(
        draft.replaying(output -> {
          names.put(output.id(), output.name());
          return time -> {
            RDD<Object> records =
                new RDD<>(this, new Node.AtBatch(newId(), output.node(), time), time);
            collected.put(output.id(), records.collect());
          };
        }),
        batchTime.toEpochMilli());
    Map<String, List<Object>> outputs = new LinkedHashMap<>();
    names.forEach((id, output) -> {
      List<Object> records = collected.get(id);
      if (records != null) {
        outputs.put(output, records);
      }
    });
    return new ReplayedBatch(batchTime, outputs);
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
    Path kept = engine
        .checkpointDirectory()
        .orElseThrow(
            () -> new IllegalStateException(
                "Context '" + name
                    + "' keeps nothing of its batches, so none can be run again. Set sluice.checkpoint.directory."));
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    caller.setContextClassLoader(engine.loader());
    try (StreamingContext aside = aside(kept)) {
      return aside.replay(batchTime);
    } finally {
      caller.setContextClassLoader(before);
    }
  }

  private StreamingContext aside(Path kept) {
    Config alone = ConfigFactory.parseMap(Map.of(
            "sluice.checkpoint.directory", kept.toString(),
            "sluice.batch.partitions", defaultPartitions(),
            "sluice.cluster.min-workers", 1))
        .withFallback(config);
    StreamingContext aside =
        builder(name, batchInterval()).config(alone).nodes(1).build();
    try {
      portable(draft.graph()).into(aside, aside.engine, engine.loader());
      return aside;
    } catch (IOException notPortable) {
      aside.close();
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "Context '" + name + "' cannot run a batch again beside itself: "
              + notPortable.getMessage(),
          notPortable);
    }
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

  private PortableProgram portable(ProgramDraft program) throws IOException {
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
    CLEANER.register(kept, () -> running.unkeep(keptId, true));
    return kept;
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

  private void requireInitialized(String what) {
    engine.requireInitialized(what);
  }
}
