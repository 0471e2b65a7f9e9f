package io.sluice.scheduler;

import akka.actor.typed.ActorRef;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.plan.Action;
import io.sluice.plan.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/** Runs jobs for whoever calls an action on an RDD. Calls block; thread-safe. */
public final class JobClient {

  private final long context;
  private final ActorRef<ContextCommand> actor;
  private final DataNode node;
  private final RecordCodec codec;
  private final ContextActor.Life life;
  private final DriverExecution execution;
  private final Map<Object, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();

  public JobClient(
      long context,
      ActorRef<ContextCommand> actor,
      ContextActor.Life life,
      DataNode node,
      RecordCodec codec,
      DriverExecution execution) {
    this.context = context;
    this.actor = actor;
    this.life = life;
    this.node = node;
    this.codec = codec;
    this.execution = execution;
    var unused =
        life.stopped().whenComplete((done, failure) -> waiting.values().forEach(JobClient::refuse));
  }

  /** A result that was too long to come with its message is gone with the worker that had it. */
  private static final class ResultLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ResultLost(SluiceException cause) {
      super(cause);
    }
  }

  private static final int MAX_RUNS = 4;

  /**
   * Runs the action on every partition and gives the results in the order of the partitions.
   *
   * @param batchMillis the batch whose dataset is read, or -1
   */
  public List<Object> run(Node dataset, long batchMillis, Action action) {
    for (int run = 1; ; run++) {
      try {
        return runOnce(dataset, batchMillis, action);
      } catch (ResultLost lost) {
        if (run == MAX_RUNS && lost.getCause() instanceof SluiceException failure) {
          throw failure;
        }
      }
    }
  }

  private List<Object> runOnce(Node dataset, long batchMillis, Action action) {
    CompletableFuture<List<JobRun.Result>> done = new CompletableFuture<>();
    CompletableFuture<Long> job = new CompletableFuture<>();
    Object call = new Object();
    waiting.put(call, done);
    try {
      actor.tell(new ContextCommand.Submit(dataset, batchMillis, action, job, done));
      if (life.stopped().isDone()) {
        // Nobody hears the message any more.
        refuse(done);
      }
      List<Object> values = new ArrayList<>();
      for (JobRun.Result result : await(done)) {
        values.add(value(await(job), result));
      }
      return values;
    } finally {
      waiting.remove(call);
      var unused = job.thenAccept(id -> actor.tell(new ContextCommand.Fetched(id)));
    }
  }

  /** The batches between two times, both included, whose dataset of the node can be read. */
  public List<Long> remembered(Node node, long fromMillis, long toMillis) {
    CompletableFuture<List<Long>> times = new CompletableFuture<>();
    Object call = new Object();
    waiting.put(call, times);
    try {
      actor.tell(new ContextCommand.Remembered(node, fromMillis, toMillis, times));
      if (life.stopped().isDone()) {
        refuse(times);
      }
      return await(times);
    } finally {
      waiting.remove(call);
    }
  }

  /**
   * What is kept of a node is not wanted any more. Does not block.
   *
   * @param forgotten nothing refers to the node, so it will not be asked for again
   */
  public void unkeep(int node, boolean forgotten) {
    if (!life.stopped().isDone()) {
      actor.tell(new ContextCommand.Unkeep(node, forgotten));
    }
  }

  private static void refuse(CompletableFuture<?> job) {
    job.completeExceptionally(new SluiceException(
        ErrorCode.CONTEXT_STOPPED,
        "The context was stopped; actions on RDDs can run only until then."));
  }

  private Object value(long job, JobRun.Result result) {
    if (result.inline().length > 0) {
      return codec.decode(result.inline()).get(0);
    }
    BlockId id = BlockId.result(context, job, result.ordinal(), result.index(), result.leg());
    Block here = node.store().get(id);
    if (here instanceof Block.Records records) {
      node.store().remove(id);
      return records.values().get(0);
    }
    List<Object> one = new ArrayList<>();
    fetch(result.worker(), id).forEach(codec, one::add);
    return one.get(0);
  }

  private Block fetch(String worker, BlockId id) {
    try {
      return await(node.channel()
          .get(worker, id)
          .thenApply(payload -> Block.fromBytes(payload.bytes(), payload.records()))
          .toCompletableFuture());
    } catch (SluiceException failure) {
      if (life.stopped().isDone()) {
        throw failure;
      }
      throw new ResultLost(failure);
    }
  }

  private <V> V await(CompletableFuture<V> future) {
    try {
      execution.await(future);
      return future.get();
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof SluiceException known) {
        throw new SluiceException(known.code(), String.valueOf(known.getMessage()), known);
      }
      throw new SluiceException(ErrorCode.TASK_FAILED, "A job failed: " + cause, cause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SluiceException(
          ErrorCode.CONTEXT_STOPPED, "Interrupted while waiting for a job", interrupted);
    }
  }
}
