package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.Faults;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.plan.Aggregation;
import io.sluice.plan.LogContext;
import io.sluice.plan.Operator;
import io.sluice.plan.StageSpec;
import io.sluice.plan.UserCode;
import io.sluice.shuffle.Combiner;
import io.sluice.shuffle.Contribution;
import io.sluice.shuffle.Inbox;
import io.sluice.state.SlidingTotals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/** Runs one task on a task thread and delivers what it leaves behind to where it is needed. */
final class TaskRunner {

  /** What the driver hears of a task that has succeeded. */
  record Outcome(List<WorkerEvent.ResultPart> results, WorkerEvent.TaskReport report) {}

  private static final int MAX_INLINE_BYTES = 32 * 1024;

  private final WorkerSession session;
  private final Executor threads;
  private final Faults faults;
  private final String driverAddress;

  TaskRunner(WorkerSession session, Executor threads, Faults faults, String driverAddress) {
    this.session = session;
    this.threads = threads;
    this.faults = faults;
    this.driverAddress = driverAddress;
  }

  /** Completes, on any thread, when the task's output is where it belongs. */
  CompletionStage<Outcome> run(WorkerCommand.RunTasks job, TaskSpec task) {
    CompletableFuture<Map<BlockId, Block>> fetched =
        fetch(Stream.concat(task.inputs().stream(), task.leaving().stream()).toList());
    TaskMeter meter = new TaskMeter();
    return fetched
        .thenApplyAsync(
            blocks ->
                compute(job, task, all(task.inputs(), blocks), all(task.leaving(), blocks), meter),
            threads)
        .thenCompose(output -> deliver(job, task, output, meter)
            .thenApply(results -> new Outcome(results, output.report(meter.figures()))));
  }

  /** Brings what lies on other nodes only. What is here stays where it is, maybe on disk, until the task has a thread. */
  private CompletableFuture<Map<BlockId, Block>> fetch(List<BlockRef> refs) {
    Map<BlockId, CompletableFuture<Block>> reads = new HashMap<>();
    for (BlockRef ref : refs) {
      if (!session.node().store().contains(ref.id())) {
        reads.computeIfAbsent(ref.id(), missing -> session.node().read(ref).toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(reads.values().toArray(CompletableFuture[]::new))
        .thenApply(done -> {
          Map<BlockId, Block> fetched = new HashMap<>();
          reads.forEach((id, read) -> fetched.put(id, read.join()));
          return fetched;
        });
  }

  private List<Block> all(List<BlockRef> refs, Map<BlockId, Block> fetched) {
    List<Block> blocks = new ArrayList<>(refs.size());
    for (BlockRef ref : refs) {
      Block block = fetched.get(ref.id());
      Block found = block != null ? block : session.node().store().get(ref.id());
      if (found == null) {
        throw new SluiceException(
            ErrorCode.BLOCK_LOST,
            "Block %s was dropped on %s before its task began."
                .formatted(ref.id(), session.node().address()));
      }
      blocks.add(found);
    }
    return blocks;
  }

  private TaskOutput compute(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      List<Block> inputs,
      List<Block> leaving,
      TaskMeter meter) {
    DataNode node = session.node();
    meter.begin(inputs);
    if (!session.isWanted(job)) {
      throw new SluiceException(
          ErrorCode.INTERNAL,
          "Attempt %d of job %d was given up before its task began."
              .formatted(job.attempt(), job.job()));
    }
    try {
      faults.beforeTask(
          node.address(),
          job.batchMillis(),
          task.ordinal(),
          task.index(),
          job.attempt() + task.tries() - 1);
    } catch (Exception injected) {
      throw new IllegalStateException(injected);
    }
    UserCode code = session.code();
    StageSpec spec = session.stage(task.stage());
    TaskOutput output = new TaskOutput();
    IntUnaryOperator partitionOf =
        step -> job.firstPartitions().getOrDefault(task.ordinal() << 16 | step, 0) + task.index();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(session.loader());
    RunningTask scope = new RunningTask(session, job, task, driverAddress, output);
    scope.enter();
    try (OpenStates states = new OpenStates(session, job, task.index());
        LogContext log = LogContext.of(job.batchMillis(), session.functions(task.stage()))) {
      Source source = source(job, task, spec, code, states, inputs, leaving, meter);
      new OperatorChain(spec, code, partitionOf, states, output).run(source);
      boolean wanted = copyHolder(job, task).isPresent() || session.keeper().isPresent();
      states.complete((operator, state) -> {
        meter.touched(state.touched());
        if (wanted) {
          output.changed(operator, session.stateCodec().encode(state.delta()));
        }
      });
    } finally {
      scope.leave();
      Thread.currentThread().setContextClassLoader(before);
      meter.end(job, task);
    }
    return output;
  }

  private Source source(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      StageSpec spec,
      UserCode code,
      OpenStates states,
      List<Block> inputs,
      List<Block> leaving,
      TaskMeter meter) {
    Source source = whole(job, task, spec, code, states, inputs, leaving, meter);
    TaskSpec.Poison poison = task.poison();
    if (poison == null) {
      return source;
    }
    DeadLetters letters = new DeadLetters(poison, job.batchMillis(), session.codec());
    if (!(spec.leaf() instanceof StageSpec.Blocks)) {
      letters.write(task.inputNames(spec.leaf()).get(0), source.iterator());
      return Source.of(List.of(), session.codec());
    }
    List<Block> left = new ArrayList<>();
    for (int input = 0; input < inputs.size(); input++) {
      String name = TaskSpec.inputName(task.inputs().get(input));
      if (poison.inputs().contains(name)) {
        letters.write(
            name, Source.of(List.of(inputs.get(input)), session.codec()).iterator());
      } else {
        left.add(inputs.get(input));
      }
    }
    return Source.of(left, session.codec());
  }

  /** All that the task was to read. What a poisoned task gets from a shuffle is not merged: that may be what fails. */
  private Source whole(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      StageSpec spec,
      UserCode code,
      OpenStates states,
      List<Block> inputs,
      List<Block> leaving,
      TaskMeter meter) {
    if (spec.leaf() instanceof StageSpec.Merge merge) {
      Inbox inbox =
          session.inbox(new WorkerSession.ShuffleKey(job.job(), job.attempt(), merge.exchange()));
      if (!inbox.isComplete()) {
        throw new SluiceException(
            ErrorCode.INTERNAL,
            "Attempt %d of job %d was given up before its task could start."
                .formatted(job.attempt(), job.job()));
      }
      Combiner combiner = merge.aggregation() instanceof Aggregation.Pass || task.poison() != null
          ? null
          : Combiner.of(merge.aggregation(), code);
      return Source.of(
          output -> meter.merged(inbox.merge(task.index(), combiner, output::acceptPairs)));
    } else if (spec.leaf() instanceof StageSpec.Held held) {
      return Source.of(session.held(held, task.index()), session.codec());
    } else if (spec.leaf() instanceof StageSpec.SlidingTotals sliding) {
      SlidingTotals totals = new SlidingTotals(
          states.of(sliding.node()), new SlidingWindowFunctions(sliding.functions(), code));
      totals.advance(pairs(leaving), pairs(inputs));
      return Source.of(totals::forEach);
    }
    return Source.of(inputs, session.codec());
  }

  private List<List<Pair<?, ?>>> pairs(List<Block> blocks) {
    List<List<Pair<?, ?>>> panes = new ArrayList<>();
    for (Block block : blocks) {
      List<Pair<?, ?>> pane = new ArrayList<>((int) block.records());
      block.forEach(session.codec(), record -> {
        if (record instanceof Pair<?, ?> pair) {
          pane.add(pair);
        }
      });
      panes.add(pane);
    }
    return panes;
  }

  private CompletionStage<List<WorkerEvent.ResultPart>> deliver(
      WorkerCommand.RunTasks job, TaskSpec task, TaskOutput output, TaskMeter meter) {
    List<CompletionStage<Void>> sends = new ArrayList<>();
    output.shuffled().forEach(shuffled -> sendShuffle(job, task, shuffled, sends, meter));
    output.stored().forEach(stored -> keep(job, task, stored, sends, meter));
    output.changes().forEach(changed -> {
      meter.madeBytes(changed.delta().length);
      sendDelta(job, task, changed, sends);
    });
    output.kept().forEach(kept -> keep(job, task, kept, sends, meter));
    List<WorkerEvent.ResultPart> results = new ArrayList<>();
    output.results().forEach(result -> results.add(resultPart(job, task, result, meter)));
    if (sends.isEmpty()) {
      return CompletableFuture.completedStage(results);
    }
    return CompletableFuture.allOf(sends.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new))
        .thenApply(done -> results);
  }

  private void sendShuffle(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskOutput.Shuffled shuffled,
      List<CompletionStage<Void>> sends,
      TaskMeter meter) {
    int exchange = shuffled.out().exchange();
    long source =
        ((long) task.ordinal() << 48) | ((long) shuffled.out().leg() << 32) | task.index();
    int used = Math.min(shuffled.out().partitions(), job.owners().size());
    List<String> owners = job.owners();
    String self = session.node().address();
    for (String owner : owners.subList(0, used).stream().distinct().toList()) {
      IntPredicate theirs = partition -> owners.get(partition % owners.size()).equals(owner);
      Contribution part = shuffled.contribution().only(theirs);
      meter.madeRecords(part.records());
      if (owner.equals(self)) {
        meter.madeBytes(part.sizeBytes());
        session.contribute(
            new WorkerSession.ShuffleKey(job.job(), job.attempt(), exchange), source, part);
      } else {
        BlockId id = BlockId.shuffle(session.context(), job.job(), job.attempt(), exchange, source);
        byte[] bytes = part.encode(session.codec());
        meter.madeBytes(bytes.length);
        sends.add(session.node().channel().put(owner, id, bytes, 0));
      }
    }
  }

  private void keep(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskOutput.Stored stored,
      List<CompletionStage<Void>> sends,
      TaskMeter meter) {
    int partition = stored.leg() << 16 | task.index();
    BlockId id = BlockId.dataset(
        session.context(), stored.node(), job.batchMillis(), partition, job.maker());
    Block block = Block.Records.of(stored.records());
    meter.madeRecords(block.records());
    meter.madeBytes(block.sizeBytes());
    if (job.replicated().contains(stored.node())) {
      copyHolder(job, task)
          .ifPresent(holder -> sends.add(session
              .node()
              .channel()
              .put(holder, id, block.toBytes(session.codec()), block.records())));
    }
    session.node().store().keep(id, block, session.codec());
    if (job.replicated().contains(stored.node())) {
      session.keeper().ifPresent(durable -> durable.stored(id, block));
    }
  }

  /** Where there is no room the dataset is computed again by whoever misses it. */
  private void keep(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskOutput.Kept kept,
      List<CompletionStage<Void>> sends,
      TaskMeter meter) {
    Operator.Keep keep = kept.operator();
    BlockId id = BlockId.kept(
        session.context(),
        keep.node(),
        keep.batchMillis(),
        keep.leg() << 16 | task.index(),
        job.maker());
    Block block = Block.Records.of(kept.records());
    meter.madeRecords(block.records());
    meter.madeBytes(block.sizeBytes());
    if (keep.level().serialized()) {
      block = Block.fromBytes(block.toBytes(session.codec()), block.records());
    }
    String self = session.node().address();
    for (String holder : Keepers.of(job.owners(), self, keep.level().replicas())) {
      if (!holder.equals(self)) {
        byte[] bytes = block.toBytes(session.codec());
        sends.add(session.node().channel().put(holder, id, bytes, block.records()));
      }
    }
    session.node().store().offer(id, block, keep.level(), session.codec());
  }

  private void sendDelta(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskOutput.Changed changed,
      List<CompletionStage<Void>> sends) {
    BlockId id = BlockId.delta(
        session.context(), changed.node(), job.batchMillis(), task.index(), job.maker());
    session.keeper().ifPresent(durable -> durable.changed(id, changed.delta()));
    copyHolder(job, task)
        .ifPresent(
            holder -> sends.add(session.node().channel().put(holder, id, changed.delta(), 0)));
  }

  private Optional<String> copyHolder(WorkerCommand.RunTasks job, TaskSpec task) {
    return Keepers.copyHolder(
        job.owners(), job.standbys(), task.index(), session.node().address());
  }

  private WorkerEvent.ResultPart resultPart(
      WorkerCommand.RunTasks job, TaskSpec task, TaskOutput.Resulted result, TaskMeter meter) {
    meter.madeResult(result.value());
    BlockId id =
        BlockId.result(session.context(), job.job(), task.ordinal(), task.index(), result.leg());
    List<Object> value = new ArrayList<>(1);
    value.add(result.value());
    if (session.node().address().equals(driverAddress)) {
      session.node().store().put(id, new Block.Records(value, 0));
      return new WorkerEvent.ResultPart(result.leg(), new byte[0]);
    }
    byte[] bytes = session.codec().encode(value);
    meter.madeBytes(bytes.length);
    if (bytes.length <= MAX_INLINE_BYTES) {
      return new WorkerEvent.ResultPart(result.leg(), bytes);
    }
    session.node().store().keep(id, Block.Records.of(value), session.codec());
    return new WorkerEvent.ResultPart(result.leg(), new byte[0]);
  }
}
