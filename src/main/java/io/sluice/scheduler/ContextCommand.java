package io.sluice.scheduler;

import io.sluice.api.ClusterInfo;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.plan.Action;
import io.sluice.plan.Node;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What the driver of a context, {@link ContextActor}, hears from its own process. */
public sealed interface ContextCommand {

  /**
   * End without a word, as a killed process would; for tests.
   *
   * @param last whether no other driver will go on in this process
   */
  record Crash(boolean last) implements ContextCommand {
    public Crash() {
      this(false);
    }
  }

  /** Begin a program of streams. */
  record Begin(StreamProgram streams) implements ContextCommand {}

  /** Stop; when graceful, only after everything received is processed. */
  record Stop(boolean graceful) implements ContextCommand {}

  /** Run an action for a caller outside. */
  record Submit(
      Node dataset,
      long batchMillis,
      Action action,
      CompletableFuture<Long> job,
      CompletableFuture<List<JobRun.Result>> done)
      implements ContextCommand {}

  /** Begin no batch until further notice, or go on. */
  record Pause(boolean paused) implements ContextCommand {}

  /** What the nodes are and hold. */
  record Inspect(CompletableFuture<ClusterInfo> info) implements ContextCommand {}

  /** Which batches of a node, between two times, can be read. */
  record Remembered(Node node, long fromMillis, long toMillis, CompletableFuture<List<Long>> times)
      implements ContextCommand {}

  /** The caller outside has what it wants of its job. */
  record Fetched(long job) implements ContextCommand {}

  /** What is kept of a node for the program can go; {@code forgotten} says that nothing refers to the node. */
  record Unkeep(int node, boolean forgotten) implements ContextCommand {}

  /** Another context of the same name was found. */
  record NameTaken(String by) implements ContextCommand {

    public SluiceException failure(String name) {
      return new SluiceException(
          ErrorCode.CONTEXT_NAME_TAKEN,
          "A context named '%s' already runs in this cluster, on %s. Stop it, or give this one another name."
              .formatted(name, by));
    }
  }

  /** Broadcast values are as the batch shall see them. */
  record Refreshed(long batchMillis) implements ContextCommand {}

  /** A source has planned a batch. */
  record Planned(Node.Generated node, Decision.Planned planned, OptionalLong waiting)
      implements ContextCommand {}

  record Generated(long batchMillis, Node.Generated node, Node dataset) implements ContextCommand {}

  record DriverFailed(long batchMillis, String what, Throwable failure) implements ContextCommand {}

  /**
   * An output has ended.
   *
   * @param prepared what is to be made visible by the commit
   */
  record OutputEnded(long batchMillis, String output, List<String> prepared)
      implements ContextCommand {}

  /** A sink has made visible what was decided. */
  record SinkCommitted(long batchMillis, String output) implements ContextCommand {}

  record SinkFailed(long batchMillis, String output, Throwable failure) implements ContextCommand {}

  record CommitAgain(long batchMillis, String output) implements ContextCommand {}

  /** What the driver tells itself. */
  non-sealed interface Own extends ContextCommand {}
}
