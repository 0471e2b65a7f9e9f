package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.plan.Stage;
import io.sluice.plan.StageCompiler;
import io.sluice.task.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The batch that runs now, from its beginning until all that it does is done: level by level, jobs, functions and outputs. */
final class CurrentBatch {

  private final ContextSetup setup;
  private final Holdings holdings;
  private final Jobs jobs;
  private final DriverThreads driverThreads;
  private final Journal journal;
  private final Supplier<Streaming> streaming;
  private final IntFunction<OptionalLong> maxRecords;
  private final Consumer<BatchRun> complete;
  private @Nullable BatchRun current;

  /** @param complete is given a batch when it can be committed */
  CurrentBatch(
      ContextSetup setup,
      Holdings holdings,
      Jobs jobs,
      DriverThreads driverThreads,
      Journal journal,
      Supplier<Streaming> streaming,
      IntFunction<OptionalLong> maxRecords,
      Consumer<BatchRun> complete) {
    this.setup = setup;
    this.holdings = holdings;
    this.jobs = jobs;
    this.driverThreads = driverThreads;
    this.journal = journal;
    this.streaming = streaming;
    this.maxRecords = maxRecords;
    this.complete = complete;
  }

  boolean isIdle() {
    return current == null;
  }

  Optional<BatchRun> get() {
    return Optional.ofNullable(current);
  }

  private Optional<BatchRun> at(long batchMillis) {
    return get().filter(batch -> batch.batchMillis() == batchMillis);
  }

  /** What all tasks see alike that are started now. */
  WorkerCommand.BatchValues values() {
    return get()
        .map(BatchRun::values)
        .orElseGet(
            () -> new WorkerCommand.BatchValues(Map.of(), setup.broadcasts().versions()));
  }

  /** The batch is committed. */
  void end() {
    current = null;
  }

  /** Initial state is what a batch before the first one leaves behind. */
  void initialise() {
    long zero = streaming.get().schedule().zeroMillis();
    Instant now = setup.ticker().now();
    BatchRun batch = new BatchRun(zero, Map.of(), now, now);
    batch.planned();
    current = batch;
    start(batch, () -> {
      StageCompiler compiler = holdings.compiler(null);
      streaming
          .get()
          .program()
          .withInitialState()
          .forEach(node -> compiler.initialState(node, zero));
      return compiler.compile();
    });
    completeIfDone();
  }

  private void start(BatchRun batch, Supplier<List<Stage>> plan) {
    JobRun job = jobs.create(batch.batchMillis(), plan, new CompletableFuture<>());
    if (!job.isEmpty()) {
      batch.add(job);
      jobs.start(job);
    }
  }

  /** @param submitted when the batch was cut */
  void begin(long batchMillis, Instant submitted) {
    BatchRun batch = new BatchRun(
        batchMillis,
        holdings.tracker().records(batchMillis),
        submitted,
        setup.ticker().now());
    current = batch;
    post(new StreamingEvent.BatchStarted(batch.info(Optional.empty(), Optional.empty(), false)));
    if (setup.broadcasts().isDue(batchMillis)) {
      driverThreads.refresh(batchMillis);
    } else {
      refreshed(batchMillis);
    }
  }

  /** All that the batch's tasks see alike is known. */
  void refreshed(long batchMillis) {
    at(batchMillis).ifPresent(batch -> {
      batch.see(new WorkerCommand.BatchValues(
          streaming.get().eventTimes().at(batchMillis), setup.broadcasts().versions()));
      planLevel(batch);
    });
  }

  /** Sends out the jobs of the batch's level, starts its outputs, then the functions of the next level. */
  private void planLevel(BatchRun batch) {
    Program program = streaming.get().program();
    long time = batch.batchMillis();
    long zero = streaming.get().schedule().zeroMillis();
    int level = batch.level();
    start(batch, () -> {
      StageCompiler compiler = holdings.compiler(batch);
      program.toStore(level, time, zero).forEach(node -> compiler.store(node, time));
      return compiler.compile();
    });
    if (time > streaming.get().deliveredMillis()) {
      startOutputs(batch, program.outputsDue(time, zero));
    }
    if (batch.level() + 1 >= program.levels()) {
      batch.planned();
      completeIfDone();
      return;
    }
    batch.nextLevel();
    List<Node.Generated> generators = program.toGenerate(batch.level(), time, zero);
    batch.generatorsStarted(generators.size());
    generators.forEach(node -> generate(batch, node));
    if (generators.isEmpty()) {
      planLevel(batch);
    }
  }

  private void generate(BatchRun batch, Node.Generated node) {
    long time = batch.batchMillis();
    SourcePlans plans = streaming.get().sources();
    Optional<SourcePlan> decided = plans.of(time, node.id());
    if (node.generator() instanceof Node.Planned source
        && decided.isEmpty()
        && time > streaming.get().deliveredMillis()) {
      driverThreads.plan(
          node,
          source,
          new SourcePlanner.Request(
              Instant.ofEpochMilli(time),
              setup.ticker().now(),
              Duration.ofMillis(setup.intervalMillis()),
              plans.known(node.id()),
              maxRecords.apply(source.stream())));
    } else {
      generate(batch, node, decided.orElse(SourcePlan.NOTHING));
    }
  }

  /** From now on the batch reads this, under whatever driver. */
  void planned(ContextCommand.Planned message) {
    Decision.Planned planned = message.planned();
    at(planned.batchMillis()).ifPresent(batch -> {
      streaming.get().sources().planned(planned);
      journal.decide(planned, () -> {
        tellPlanned(message);
        generate(batch, message.node(), planned.plan());
      });
    });
  }

  private void tellPlanned(ContextCommand.Planned message) {
    if (message.node().generator() instanceof Node.Planned source) {
      SourcePlan plan = message.planned().plan();
      post(new StreamingEvent.SourcePlanned(new StreamingListener.SourceInfo(
          Instant.ofEpochMilli(message.planned().batchMillis()),
          source.stream(),
          plan.splits().size(),
          plan.records(),
          message.waiting())));
    }
  }

  private void generate(BatchRun batch, Node.Generated node, SourcePlan plan) {
    if (node.generator() instanceof Node.Planned source) {
      batch.received(source.stream(), plan.records());
    }
    driverThreads.generate(node, batch.batchMillis(), plan);
  }

  private void startOutputs(BatchRun batch, List<Program.Output> due) {
    for (Program.Output output : due) {
      if (streaming.get().program().level(output.node()) == batch.level()) {
        post(new StreamingEvent.OutputOperationStarted(
            batch.outputStarted(output, setup.ticker().now())));
        driverThreads.output(output, streaming.get().function(output), batch.batchMillis());
      }
    }
  }

  void generated(long batchMillis, Node.Generated node, Node dataset) {
    at(batchMillis).filter(batch -> batch.generated(node.id(), dataset)).ifPresent(this::planLevel);
  }

  void outputEnded(ContextCommand.OutputEnded ended) {
    at(ended.batchMillis()).ifPresent(batch -> {
      batch.prepared(ended.output(), ended.prepared());
      outputEnded(batch, ended.output(), Optional.empty());
      completeIfDone();
    });
  }

  private void outputEnded(BatchRun batch, String output, Optional<String> failure) {
    batch
        .outputEnded(output, setup.ticker().now(), failure)
        .ifPresent(ended -> post(new StreamingEvent.OutputOperationCompleted(ended)));
  }

  /** A function of the driver has thrown; gives why the batch cannot go on, if it is the one that runs. */
  Optional<SluiceException> driverFailed(long batchMillis, String what, Throwable cause) {
    return at(batchMillis).map(batch -> {
      boolean known = cause instanceof SluiceException;
      String text = String.valueOf(known ? cause.getMessage() : cause);
      outputEnded(batch, what, Optional.of(text));
      return new SluiceException(
          cause instanceof SluiceException failure
              ? failure.code()
              : ErrorCode.DRIVER_FUNCTION_FAILED,
          "Batch " + Instant.ofEpochMilli(batchMillis) + " failed in " + what + ": " + text,
          cause);
    });
  }

  /** Compiles and starts an action that somebody waits for. */
  void submit(ContextCommand.Submit submit) {
    try {
      Optional<BatchRun> batch = at(submit.batchMillis());
      long time = batch.map(BatchRun::batchMillis).orElse(-1L);
      Supplier<List<Stage>> plan = () -> {
        StageCompiler compiler = holdings.compiler(batch.orElse(null));
        compiler.result(submit.dataset(), time, submit.action());
        return compiler.compile();
      };
      JobRun job = jobs.create(time, plan, submit.done());
      batch.ifPresent(running -> running.addAction(job));
      submit.job().complete(job.id());
      jobs.startForCaller(job);
    } catch (SluiceException refused) {
      submit.job().complete(-1L);
      submit.done().completeExceptionally(refused);
    }
  }

  /** Whether the job makes a dataset of the batch. */
  boolean has(JobRun job) {
    return current != null && current.jobs().contains(job);
  }

  void completeIfDone() {
    get().filter(BatchRun::isComplete).ifPresent(complete);
  }

  /** The context ends before the batch has. */
  void failed(SluiceException cause) {
    get().ifPresent(batch -> {
      BatchInfo info = batch.info(
          Optional.of(setup.ticker().now()), Optional.of(String.valueOf(cause.getMessage())), true);
      post(new StreamingEvent.BatchFailed(info));
    });
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
  }
}
