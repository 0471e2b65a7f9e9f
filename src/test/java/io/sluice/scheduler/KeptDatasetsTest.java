package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StorageLevel;
import io.sluice.plan.Node;
import io.sluice.plan.StageCompiler.Keeping;
import io.sluice.task.WorkerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KeptDatasetsTest {

  private final List<WorkerCommand> told = new ArrayList<>();
  private final KeptDatasets kept = new KeptDatasets(1, told::add);
  private final Node.Kept node =
      new Node.Kept(5, new Node.Literal(4, 2), -1, StorageLevel.MEMORY_AND_DISK);

  @Test
  void isReadOnceAJobHasMadeItAndTheFirstToFinishCounts() {
    assertThat(kept.keeping(node)).isEqualTo(Keeping.MAKE);

    kept.add(List.of(made(-1, 11, "a")));
    kept.add(List.of(made(-1, 22, "b")));

    assertThat(kept.keeping(node)).isEqualTo(Keeping.READ);
    assertThat(kept.get(node).maker()).isEqualTo(11);
    assertThat(told)
        .containsExactly(
            new WorkerCommand.DropKept(1, 5, 11), new WorkerCommand.DropKept(1, 5, 11));
  }

  @Test
  void isMadeAgainWhenAPartitionHasLostItsLastCopy() {
    kept.add(List.of(made(-1, 11, "a", "b")));

    kept.removeHolder("a");
    assertThat(kept.keeping(node)).isEqualTo(Keeping.READ);
    kept.removeHolder("b");

    assertThat(kept.keeping(node)).isEqualTo(Keeping.MAKE);
    assertThat(told).endsWith(new WorkerCommand.DropKept(1, 5, 0));
  }

  @Test
  void isNeitherReadNorMadeOnceItIsNotWanted() {
    kept.add(List.of(made(-1, 11, "a")));
    kept.release(5);
    kept.add(List.of(made(-1, 22, "a")));

    assertThat(kept.keeping(node)).isEqualTo(Keeping.IGNORE);
    assertThat(told).endsWith(new WorkerCommand.DropKept(1, 5, 0));
  }

  @Test
  void thatOfABatchGoesWithItsCommit() {
    kept.add(List.of(made(2000, 11, "a")));

    kept.expire(1000);
    assertThat(kept.keeping(node)).isEqualTo(Keeping.READ);
    kept.expire(2000);

    assertThat(kept.keeping(node)).isEqualTo(Keeping.MAKE);
  }

  @Test
  void thatOfNoBatchOutlivesAllCommits() {
    kept.add(List.of(made(-1, 11, "a")));

    kept.expire(1_000_000);

    assertThat(kept.keeping(node)).isEqualTo(Keeping.READ);
  }

  private static KeptDatasets.Dataset made(long batchMillis, long maker, String... holders) {
    return new KeptDatasets.Dataset(
        5, batchMillis, maker, new TreeMap<>(Map.of(0, List.of("c", "d"), 1, List.of(holders))));
  }
}
