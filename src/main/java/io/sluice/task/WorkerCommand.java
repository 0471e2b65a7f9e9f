package io.sluice.task;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonTypeIdResolver;
import io.sluice.batch.BlockId;
import io.sluice.checkpoint.StateArchive;
import io.sluice.plan.CheckpointPace;
import io.sluice.plan.Message;
import io.sluice.plan.SealedNames;
import io.sluice.receiver.ReceiverSupervisor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** What a {@link TaskWorker} hears. */
public sealed interface WorkerCommand extends Message {

  /** The driver takes the worker in; it answers {@link WorkerUp} once it has the program's jars. */
  record Accepted(
      long context,
      String name,
      long epoch,
      long intervalMillis,
      String driverAddress,
      List<ProgramJar> jars,
      boolean outlivesDriver,
      Checkpoint checkpoint)
      implements WorkerCommand {

    Accepted by(Handover next) {
      return new Accepted(
          context,
          name,
          next.epoch(),
          intervalMillis,
          next.driverAddress(),
          jars,
          outlivesDriver,
          checkpoint);
    }
  }

  /**
   * How a context's state is kept on durable storage.
   *
   * @param directory of the context; empty if nothing is kept
   * @param sync whether it must outlive a loss of power
   */
  record Checkpoint(String directory, boolean sync, boolean readOnly) implements Message {
    boolean isWanted() {
      return !directory.isEmpty();
    }
  }

  /**
   * Another driver goes on with the context, from the batch that was committed last; answered by {@link Resumed}. What
   * the worker keeps stays.
   */
  record Handover(
      ActorRef<WorkerEvent> driver, long epoch, long committedMillis, String driverAddress)
      implements WorkerCommand {}

  /** The node has found a later driver of the context, which is under way: a worker that has none starts afresh with it. */
  record DriverIs(ActorRef<WorkerEvent> driver, long epoch) implements WorkerCommand {}

  /** The driver has ended, or the cluster has removed its node. */
  record DriverGone(ActorRef<WorkerEvent> driver) implements WorkerCommand {}

  /** The driver does not want this worker. */
  record Refused(String reason) implements WorkerCommand {}

  /** Asks for a sign of life. */
  record Ping(long epoch, long number, Link.Report report) implements WorkerCommand {}

  /** Asks what the worker holds; answered by {@link WorkerEvent.Inspected}. */
  record Inspect(long epoch) implements WorkerCommand {}

  /** One of the commands to a worker on another node, which all arrive, once and in order. */
  record Numbered(
      long epoch,
      long number,

      @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "is")
      @JsonTypeIdResolver(SealedNames.class)
      WorkerCommand command)
      implements WorkerCommand {}

  /**
   * The nodes that work for the context.
   *
   * @param keepers those of them that may be given copies of received blocks
   */
  record Peers(long epoch, List<String> addresses, List<String> keepers) implements WorkerCommand {}

  /** A stage that tasks will name by its number. */
  record DefineStage(long epoch, int stage, byte[] spec) implements WorkerCommand {}

  record UndefineStage(long epoch, int stage) implements WorkerCommand {}

  /**
   * Tasks of one attempt of a job; each starts when its inputs are there.
   *
   * @param batchMillis the batch, or -1 outside batches
   * @param owners the worker of each partition, by partition modulo size
   * @param standbys where copies of kept data go, like owners; empty for no copies
   * @param replicated the nodes whose datasets are copied
   * @param contributions for each shuffle, how many map outputs complete it
   * @param committedMillis the last batch that is committed, whose state counts
   * @param values what all tasks of the batch see alike
   * @param firstPartitions the number of a stage's first partition at a step, by {@code ordinal << 16 | step}, where it
   *     is not 0
   */
  record RunTasks(
      long epoch,
      long job,
      int attempt,
      long batchMillis,
      long committedMillis,
      List<String> owners,
      List<String> standbys,
      Set<Integer> replicated,
      Map<Integer, Integer> contributions,
      Map<Integer, Integer> firstPartitions,
      BatchValues values,
      List<TaskSpec> tasks)
      implements WorkerCommand {

    /** A name for this attempt of the job. */
    long maker() {
      return JobIds.maker(job, attempt);
    }
  }

  /**
   * What all tasks of a batch see alike.
   *
   * @param watermarks how far event time has come, by the node that observes it
   * @param broadcasts the version of each broadcast value
   */
  record BatchValues(Map<Integer, Long> watermarks, Map<Integer, Integer> broadcasts)
      implements Message {}

  /** Drops what is kept of a node for the program, except what {@code maker} made. */
  record DropKept(long epoch, int node, long maker) implements WorkerCommand {}

  /** The job is over, or has a newer attempt. */
  record ForgetJob(long epoch, long job) implements WorkerCommand {}

  /**
   * The batch is done: its state counts, older data can go.
   *
   * @param readFromMillis the oldest batch that somebody reads now, whose datasets stay
   * @param released received blocks that no batch needs any more
   * @param keepMillis how long datasets of a node are kept; all others end with their batch
   * @param owners the worker of each partition
   * @param operators the names of the nodes that remember something, by their number; empty if nothing is kept durably
   * @param pace how often all of a partition is kept durably
   */
  record Commit(
      long epoch,
      long batchMillis,
      long lowestLiveJob,
      long readFromMillis,
      List<BlockId> released,
      Map<Integer, Long> keepMillis,
      List<String> owners,
      Map<Integer, String> operators,
      CheckpointPace pace)
      implements WorkerCommand {}

  /**
   * Take over what the workers of an earlier run have kept of some partitions; answered by {@link Restored}.
   *
   * @param number of this order; the answer bears it
   * @param batchMillis the batch after which everything is to be as it was
   * @param modulo partitions are taken modulo this
   * @param files of the state log that have it, oldest first
   * @param starts where the content of each partition begins
   * @param operators the nodes that remember something, by their names
   * @param blocks received blocks to be taken from the block log
   * @param streams the streams, by their names
   */
  record Restore(
      long epoch,
      long number,
      long batchMillis,
      int modulo,
      List<String> files,
      List<PartitionStart> starts,
      Map<String, Integer> operators,
      List<LoggedFrames> blocks,
      Map<String, Integer> streams)
      implements WorkerCommand {

    /** What is to be read of the state log. */
    public StateArchive.Selection selection() {
      Map<Integer, StateArchive.Start> from = new HashMap<>();
      starts.forEach(start ->
          from.put(start.partition(), new StateArchive.Start(start.file(), start.frame())));
      return new StateArchive.Selection(batchMillis, files, from);
    }
  }

  /** Some frames of a file of the block log. */
  record LoggedFrames(String file, List<Integer> frames) implements Message {}

  /** No batch that can be gone back to has these blocks, by the names of their streams: the block log can forget them. */
  record ForgetLogged(long epoch, Map<String, List<Long>> blocks) implements WorkerCommand {}

  /** Where the content of a partition begins in the state log. */
  record PartitionStart(int partition, String file, int frame) implements Message {}

  /**
   * Copies what is kept of one keyed partition to its new standby; answered by {@link PartitionCopied}.
   *
   * @param number of this copy; the answer bears it
   * @param modulo partitions are taken modulo this
   */
  record CopyPartition(
      long epoch, long number, int partition, int modulo, String standby, Set<Integer> nodes)
      implements WorkerCommand {}

  /**
   * Copies received blocks to another worker; answered by {@link WorkerEvent.BlocksCopied}.
   *
   * @param number of this order; the answer bears it
   */
  record CopyBlocks(long epoch, long number, List<BlockId> blocks, String target)
      implements WorkerCommand {}

  /** The node is ending: the worker asks its driver to move away what it has, and ends when it is dismissed. */
  record Leave() implements WorkerCommand {}

  /**
   * Receives a stream from now on.
   *
   * @param logged the name of the stream on durable storage; empty if its blocks are not kept there
   */
  record StartReceiver(
      long epoch,
      int stream,
      int attempt,
      String name,
      byte[] receiver,
      long blockMillis,
      long blockBytes,
      long position,
      boolean hasPosition,
      double maxRate,
      double rate,
      String logged)
      implements WorkerCommand {

    ReceiverSupervisor.Assignment assignment(long context) {
      return new ReceiverSupervisor.Assignment(
          context,
          stream,
          attempt,
          name,
          receiver,
          blockMillis,
          blockBytes,
          hasPosition ? OptionalLong.of(position) : OptionalLong.empty(),
          maxRate,
          rate);
    }
  }

  /** What the receiver of a stream is to hear, if it runs here. */
  sealed interface ToReceiver extends WorkerCommand {
    long epoch();

    int stream();

    ReceiverSupervisor.Command order();
  }

  /**
   * How many records a second the receiver may store from now on.
   *
   * @param number grows with every rate; an older one changes nothing
   */
  record SetRate(long epoch, int stream, int attempt, long number, double perSecond)
      implements ToReceiver {
    @Override
    public ReceiverSupervisor.Command order() {
      return new ReceiverSupervisor.SetRate(attempt, number, perSecond);
    }
  }

  /** The receiver still needs to hear that its last blocks are counted; it is forgotten when it has ended. */
  record StopReceiver(long epoch, int stream) implements ToReceiver {
    @Override
    public ReceiverSupervisor.Command order() {
      return new ReceiverSupervisor.Stop();
    }
  }

  /** These blocks belong to batches, and the ledger knows it. */
  record BlocksCut(long epoch, int stream, List<Long> numbers) implements ToReceiver {
    @Override
    public ReceiverSupervisor.Command order() {
      return new ReceiverSupervisor.Cut(numbers);
    }
  }

  /** The driver has counted these blocks. */
  record BlocksCounted(long epoch, int stream, List<Long> numbers) implements ToReceiver {
    @Override
    public ReceiverSupervisor.Command order() {
      return new ReceiverSupervisor.Counted(numbers);
    }
  }

  /** The driver gave this worker up, or ends; the worker starts afresh or stops. */
  record Dismiss(long epoch, String reason, boolean forGood) implements WorkerCommand {}

  /** A jar of the program: where it lies, and what it must hash to. */
  record ProgramJar(BlockId id, String sha256) implements Message {

    /** Numbers from here on are classes of a shell. */
    private static final int SHELL = 1 << 21;

    /** Stands for the classes that a shell is going to compile. */
    public static ProgramJar growing(long context) {
      return new ProgramJar(shellClass(context, 0), "");
    }

    /** Where the class of a shell lies, counted from 0. */
    public static BlockId shellClass(long context, int number) {
      return BlockId.jar(context, SHELL + number);
    }

    /** Whether it stands for the classes of a shell. */
    boolean grows() {
      return sha256.isEmpty();
    }
  }

  /** What a worker tells itself. */
  non-sealed interface Own extends WorkerCommand {}
}
