package io.sluice.scheduler;

import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.plan.LogContext;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the user's driver functions, outputs and transforms, each on a thread of its own. */
public final class DriverThreads implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DriverThreads.class);

  private final ContextSetup setup;
  private final Consumer<ContextCommand> actor;
  private final ExecutorService threads;

  DriverThreads(ContextSetup setup, Consumer<ContextCommand> actor) {
    this.setup = setup;
    this.actor = actor;
    this.threads = setup.execution().threads(task -> new DriverThread(setup, task));
  }

  /** Whether the caller is a function of the context's driver, for which the context waits. */
  public static boolean isCaller(long context) {
    return Thread.currentThread() instanceof DriverThread thread && thread.context == context;
  }

  private static final class DriverThread extends Thread {
    private final long context;

    DriverThread(ContextSetup setup, Runnable task) {
      super(task, "sluice-driver-" + setup.name());
      this.context = setup.id();
      setDaemon(true);
    }
  }

  void output(Program.Output output, StreamProgram.BatchFunction function, long batchMillis) {
    threads.execute(() -> {
      try (LogContext log = LogContext.of(batchMillis, output.name())) {
        List<String> prepared = List.of();
        if (function instanceof StreamProgram.TwoStep sink) {
          prepared = sink.prepare(batchMillis);
        } else {
          function.run(batchMillis);
        }
        actor.accept(new ContextCommand.OutputEnded(batchMillis, output.name(), prepared));
      } catch (Throwable failure) {
        actor.accept(new ContextCommand.DriverFailed(batchMillis, output.name(), failure));
      }
    });
  }

  void commit(StreamProgram.TwoStep sink, Decision.Prepared prepared, long batchMillis) {
    threads.execute(() -> {
      try (LogContext log = LogContext.of(batchMillis, prepared.output())) {
        sink.commit(batchMillis, prepared.values());
        actor.accept(new ContextCommand.SinkCommitted(batchMillis, prepared.output()));
      } catch (Throwable failure) {
        actor.accept(new ContextCommand.SinkFailed(batchMillis, prepared.output(), failure));
      }
    });
  }

  void abort(StreamProgram.TwoStep sink, Decision.Prepared prepared, long batchMillis) {
    threads.execute(() -> {
      try {
        sink.abort(batchMillis, prepared.values());
      } catch (Exception failure) {
        log.warn("Output [{}] cannot abort a batch that was given up", prepared.output(), failure);
      }
    });
  }

  /** Makes broadcast values anew before a batch. */
  void refresh(long batchMillis) {
    threads.execute(() -> {
      try {
        setup.broadcasts().refresh(batchMillis);
        actor.accept(new ContextCommand.Refreshed(batchMillis));
      } catch (Throwable failure) {
        actor.accept(new ContextCommand.DriverFailed(batchMillis, "broadcast", failure));
      }
    });
  }

  void plan(Node.Generated node, Node.Planned source, SourcePlanner.Request request) {
    long batchMillis = request.batchTime().toEpochMilli();
    threads.execute(() -> {
      try (LogContext log = LogContext.of(batchMillis, node.operation())) {
        SourcePlan plan = Objects.requireNonNull(
            source.plan(request),
            "The planner returned null; it must return a plan, SourcePlan.NOTHING if there is nothing.");
        actor.accept(new ContextCommand.Planned(
            node, new Decision.Planned(batchMillis, node.id(), plan), source.waiting()));
      } catch (Throwable failure) {
        actor.accept(new ContextCommand.DriverFailed(batchMillis, node.operation(), failure));
      }
    });
  }

  void committed(Node.Planned source, long batchMillis, SourcePlan plan) {
    threads.execute(() -> {
      try {
        source.committed(batchMillis, plan);
      } catch (Exception failure) {
        log.warn("A source failed when it was told that a batch is done", failure);
      }
    });
  }

  /** @param plan what the batch has of a source; nothing for others */
  void generate(Node.Generated node, long batchMillis, SourcePlan plan) {
    threads.execute(() -> {
      try (LogContext log = LogContext.of(batchMillis, node.operation())) {
        Node dataset = node.generator().generate(batchMillis, plan);
        if (dataset == null) {
          throw new IllegalStateException("The function passed to "
              + node.operation()
              + " returned null; it must return an RDD in every batch.");
        }
        actor.accept(new ContextCommand.Generated(batchMillis, node, dataset));
      } catch (Throwable failure) {
        actor.accept(new ContextCommand.DriverFailed(batchMillis, node.operation(), failure));
      }
    });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
