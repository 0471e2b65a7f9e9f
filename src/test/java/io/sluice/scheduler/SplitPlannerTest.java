package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.SlidingFunctions;
import io.sluice.plan.Stage;
import io.sluice.plan.StageSpec;
import io.sluice.plan.WindowSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SplitPlannerTest {

  private static final long CONTEXT = 1;

  private final Datasets datasets = new Datasets();
  private final KeptDatasets kept = new KeptDatasets(1, toAllWorkers -> {});
  private final BlockTracker tracker = new BlockTracker();
  private final Placement placement = new Placement(4);
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final Node.Received received = new Node.Received(1, 0, "lines");

  @Test
  void workersBlocksAreDividedAmongItsSlots() {
    slots.put("a", 2);
    for (int number = 1; number <= 4; number++) {
      tracker.add(block(number, "a"));
    }
    tracker.cut(1000);

    List<SplitPlanner.Split> splits = planner().split(stage(receivedAt(1000)));

    assertThat(splits).hasSize(2).allSatisfy(split -> {
      assertThat(split.worker()).isEqualTo("a");
      assertThat(split.inputs()).hasSize(2);
    });
    assertThat(splits).extracting(SplitPlanner.Split::index).containsExactly(0, 1);
  }

  @Test
  void blockGoesToTheHolderWithTheLeastToDo() {
    slots.put("a", 1);
    slots.put("b", 1);
    tracker.add(block(1, "a"));
    tracker.add(block(2, "a", "b"));
    tracker.add(block(3, "a", "b"));
    tracker.cut(1000);

    List<SplitPlanner.Split> splits = planner().split(stage(receivedAt(1000)));

    assertThat(splits).extracting(SplitPlanner.Split::worker).containsExactly("a", "b");
    assertThat(splits.get(1).inputs()).contains(block(2, "a", "b"));
  }

  @Test
  void blockWithoutAHolderThatCanBeUsedIsLost() {
    slots.put("a", 1);
    tracker.add(block(1, "b"));
    tracker.cut(1000);

    assertThatThrownBy(() -> planner().split(stage(receivedAt(1000))))
        .isInstanceOfSatisfying(
            SluiceException.class, lost -> assertThat(lost.code()).isEqualTo(ErrorCode.BLOCK_LOST))
        .hasMessageStartingWith("No copy of block received-0/1/0 is left");
  }

  @Test
  void batchWithoutBlocksHasNoTasks() {
    slots.put("a", 1);
    tracker.cut(1000);

    assertThat(planner().split(stage(receivedAt(1000)))).isEmpty();
  }

  @Test
  void everyPartitionOfAShuffleIsMergedByItsOwner() {
    placement.assign(List.of("a", "b"));
    Node.Exchange exchange = new Node.Exchange(2, List.of(received), new Aggregation.Group(), 3);

    List<SplitPlanner.Split> splits = planner().split(stage(new Stage.MergeInput(exchange, 1000)));

    assertThat(splits).extracting(SplitPlanner.Split::worker).containsExactly("a", "b", "a");
  }

  @Test
  void literalsAreSpreadOverAllWorkersAndReadFromTheDriver() {
    slots.put("a", 1);
    slots.put("b", 1);

    List<SplitPlanner.Split> splits =
        planner().split(stage(new Stage.LiteralInput(new Node.Literal(3, 3), -1)));

    assertThat(splits).extracting(SplitPlanner.Split::worker).containsExactly("a", "b", "a");
    assertThat(splits.get(2).inputs())
        .containsExactly(new BlockRef(BlockId.literal(CONTEXT, 3, 2), 0, 0, List.of("driver")));
  }

  @Test
  void windowOfKeyedDataReadsThePanesOfEachPartitionTogether() {
    placement.assign(List.of("a", "b"));
    Node.Exchange keyed = new Node.Exchange(2, List.of(received), new Aggregation.Group(), 2);
    Node.Window window = new Node.Window(
        3, keyed, WindowSpec.of(Duration.ofSeconds(2), Duration.ofSeconds(1), 1000));
    keep(keyed, 1000, 0, "a");
    keep(keyed, 2000, 0, "a");
    keep(keyed, 2000, 1, "b");
    keep(keyed, 3000, 1, "b");

    List<SplitPlanner.Split> splits = planner().split(stage(new Stage.WindowInput(window, 3000)));

    assertThat(splits).extracting(SplitPlanner.Split::worker).containsExactly("a", "b");
    assertThat(batches(splits.get(0).inputs())).containsExactly(2000L);
    assertThat(batches(splits.get(1).inputs())).containsExactly(2000L, 3000L);
  }

  @Test
  void slidingWindowReadsWhatEntersAndWhatLeaves() {
    placement.assign(List.of("a"));
    Node.Exchange panes = new Node.Exchange(2, List.of(received), new Aggregation.Group(), 1);
    WindowSpec spec = WindowSpec.of(Duration.ofSeconds(2), Duration.ofSeconds(1), 1000);
    Closure any = Closure.of("any", "test");
    Node.SlidingTotals totals =
        new Node.SlidingTotals(3, panes, 1, spec, new SlidingFunctions(any, any, null, false));
    for (long batch = 1000; batch <= 4000; batch += 1000) {
      keep(panes, batch, 0, "a");
    }

    List<SplitPlanner.Split> splits = planner().split(stage(new Stage.SlidingInput(totals, 4000)));

    assertThat(batches(splits.get(0).inputs())).containsExactly(4000L);
    assertThat(batches(splits.get(0).leaving())).containsExactly(2000L);
  }

  private SplitPlanner planner() {
    return new SplitPlanner(CONTEXT, 0, "driver", datasets, kept, tracker, placement, slots);
  }

  private void keep(Node node, long batch, int partition, String holder) {
    datasets.add(node.id(), batch, new Datasets.Partition(partition, 1, List.of(holder)));
  }

  private Stage.Input receivedAt(long batchMillis) {
    return new Stage.ReceivedInput(received, batchMillis);
  }

  private static Stage stage(Stage.Input input) {
    return new Stage(new StageSpec(new StageSpec.Blocks(), List.of()), input);
  }

  private static BlockRef block(long number, String... holders) {
    return new BlockRef(BlockId.received(CONTEXT, 0, number), 10, 100, Arrays.asList(holders));
  }

  private static List<Long> batches(List<BlockRef> blocks) {
    return blocks.stream().map(block -> block.id().sequence()).toList();
  }
}
