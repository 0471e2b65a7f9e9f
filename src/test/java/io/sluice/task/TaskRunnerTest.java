package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.BlockSettings;
import io.sluice.api.Faults;
import io.sluice.api.ShuffleSettings;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import io.sluice.block.DataNode;
import io.sluice.block.LocalNetwork;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.plan.Action;
import io.sluice.plan.Operator;
import io.sluice.plan.StageSpec;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskRunnerTest {

  private static final long CONTEXT = 7;
  private static final String HERE = "here";
  private static final BlockId INPUT = BlockId.dataset(CONTEXT, 1, 1000, 0, 1);

  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final DataNode node;
  private final WorkerSession session;
  private final TaskRunner runner;

  TaskRunnerTest(@TempDir Path directory) {
    BlockSettings blocks = new BlockSettings(1, 1, directory);
    LocalNetwork network = new LocalNetwork();
    node = new DataNode(
        new BlockStore(blocks),
        new ShuffleSpace(new ShuffleSettings(1), blocks),
        handler -> network.open(HERE, handler));
    ClassLoader loader = TaskRunnerTest.class.getClassLoader();
    session =
        new WorkerSession(CONTEXT, node, loader, new RecordCodec(loader), false, arrived -> {});
    runner = new TaskRunner(session, threads::add, Faults.NONE, "driver");
    session.define(
        1,
        new StageSpec(
            new StageSpec.Blocks(),
            List.of(new StageSpec.Step(-1, new Operator.Result(0, new Action.Count())))));
  }

  @AfterEach
  void close() {
    session.close();
    node.close();
  }

  @Test
  void whatLiesOnDiskIsReadWhenTheTaskHasAThread() {
    TaskSpec task = new TaskSpec(
        1, 0, 0, 1, List.of(new BlockRef(INPUT, 1, 1, List.of(HERE))), List.of(), null);
    WorkerCommand.RunTasks job = job(task);
    session.begin(job);
    keep(List.of("a"));

    CompletableFuture<TaskRunner.Outcome> outcome = runner.run(job, task).toCompletableFuture();
    keep(List.of("a", "b", "c"));
    threads.remove().run();

    assertThat(session.codec().decode(outcome.join().results().get(0).inline()))
        .isEqualTo(List.of(3L));
  }

  private void keep(List<String> records) {
    node.store().keep(INPUT, Block.Records.of(records), session.codec());
    assertThat(node.store().memoryBytes()).isZero();
  }

  private static WorkerCommand.RunTasks job(TaskSpec task) {
    return new WorkerCommand.RunTasks(
        1,
        1,
        1,
        1000,
        0,
        List.of(HERE),
        List.of(HERE),
        Set.of(),
        Map.of(),
        Map.of(),
        new WorkerCommand.BatchValues(Map.of(), Map.of()),
        List.of(task));
  }
}
