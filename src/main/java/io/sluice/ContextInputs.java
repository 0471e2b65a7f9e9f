package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import io.sluice.api.BatchSource;
import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.receiver.RawSocketReceiver;
import io.sluice.receiver.SocketRecordReceiver;
import io.sluice.receiver.SocketTextReceiver;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;

/** What a program begins with: streams of what comes from elsewhere, and RDDs of what is there. */
public abstract sealed class ContextInputs permits StreamingContext {

  private final FileInputs files;
  private final ActorInputs actors;

  ContextInputs(String name) {
    this.files = new FileInputs(context());
    this.actors = new ActorInputs(name);
  }

  private StreamingContext context() {
    return (StreamingContext) this;
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
    context().requireInitialized("Cannot add a stream");
    Closure travelling = Closure.of(receiver, "receiverStream");
    int stream = context()
        .draft()
        .addReceiver(label, receiver.preferredLocation().orElse(""), travelling.bytes());
    return new DStream<>(
        context(),
        new Node.Received(context().newId(), stream, label),
        context().intervalMillis());
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
    context().requireBuilding();
    try {
      SourceStream<T> generator = SourceStream.of(
          context(), operation, source, function, context().draft().addStream());
      Node node = new Node.Generated(context().newId(), operation, List.of(), generator);
      return new DStream<>(context(), node, context().intervalMillis());
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
    return actors.find(name, context().system(), context().engine().stopped());
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
    context().requireInitialized("Cannot add a stream");
    // A batch that is run again for another driver has what it had before.
    Map<Long, RDD<T>> last = new HashMap<>();
    Node node = context().generated("queueStream", List.of(), time -> {
      last.keySet().removeIf(other -> other != time);
      return last.computeIfAbsent(time, batch -> takeFrom(queue, oneAtATime));
    });
    return new DStream<>(context(), node, context().intervalMillis());
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
        new Node.Union(
            context().newId(), streams.stream().map(DStreamLike::node).toList()),
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
    Node node = context().generated("transform", inputs, time -> {
      List<RDD<?>> rdds = new ArrayList<>();
      streams.forEach(stream -> rdds.add(stream.atBatch(time)));
      return function.call(rdds, Instant.ofEpochMilli(time));
    });
    return new DStream<>(context(), node, first.slideMillis());
  }

  /** Records of the program as an RDD, in as many partitions as shuffles have by default. */
  public <T> RDD<T> parallelize(List<T> records) {
    return parallelize(records, context().defaultPartitions());
  }

  /** Records of the program as an RDD; they stay on the driver until tasks read them. */
  public <T> RDD<T> parallelize(List<T> records, int partitions) {
    requireNonNull(records, "parallelize got null; it needs a list of records.");
    if (partitions < 1 || partitions > 0xFFFF) {
      throw new IllegalArgumentException(
          "Number of partitions must be between 1 and 65535, got " + partitions + ".");
    }
    Node.Literal literal = new Node.Literal(context().newId(), partitions);
    int literalId = literal.id();
    BlockStore store = context().engine().deployment().node().store();
    long owner = context().engine().id();
    for (int i = 0; i < partitions; i++) {
      int from = (int) ((long) records.size() * i / partitions);
      int to = (int) ((long) records.size() * (i + 1) / partitions);
      store.put(
          BlockId.literal(owner, literalId, i),
          Block.Records.of(new ArrayList<>(records.subList(from, to))));
    }
    StreamingContext.whenUnused(literal, () -> {
      for (int i = 0; i < partitions; i++) {
        store.remove(BlockId.literal(owner, literalId, i));
      }
    });
    return new RDD<>(context(), literal, -1);
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
    return new RDD<>(context(), new Node.Literal(context().newId(), 0), -1);
  }

  /** As {@link #textFile(String, int)}, in as many parts as shuffles have by default if the files are long enough. */
  public RDD<String> textFile(String path) {
    return textFile(path, context().defaultPartitions());
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
}
