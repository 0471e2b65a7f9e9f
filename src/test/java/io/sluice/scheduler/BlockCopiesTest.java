package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.task.WorkerEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BlockCopiesTest {

  private static final List<String> WORKERS = List.of("a", "b", "c");

  private final BlockTracker tracker = new BlockTracker();
  private final BlockCopies copies = new BlockCopies();

  @Test
  void copyThatWentWithAWorkerIsMadeAgainOnAnother() {
    BlockRef block = add(1, 10, "a", "lost");
    lose("lost");

    List<BlockCopies.Order> orders = copies.next(tracker, WORKERS);

    assertThat(orders).hasSize(1);
    assertThat(orders.get(0).holder()).isEqualTo("a");
    assertThat(orders.get(0).target()).isIn("b", "c");
    assertThat(orders.get(0).blocks()).extracting(BlockRef::id).containsExactly(block.id());
    assertThat(copies.next(tracker, WORKERS)).isEmpty();
    assertThat(copies.ended(new WorkerEvent.BlocksCopied(1, orders.get(0).number(), true)))
        .isPresent();
    assertThat(copies.isIdle()).isTrue();
  }

  @Test
  void nothingIsCopiedWithoutNeedOrPlace() {
    add(1, 10, "a", "b", "c", "lost");
    add(2, 10, "lost");
    add(3, 10, "a", "lost");
    lose("lost");
    long release = 1000;
    tracker.cut(release);
    tracker.release(7, release);

    assertThat(copies.next(tracker, WORKERS)).isEmpty();
    assertThat(copies.isIdle()).isTrue();
  }

  @Test
  void copyThatFailsIsNotTriedForEver() {
    add(1, 10, "a", "lost");
    lose("lost");
    BlockCopies.Order order = copies.next(tracker, WORKERS).get(0);

    assertThat(copies.ended(new WorkerEvent.BlocksCopied(1, order.number(), false)))
        .isEmpty();
    assertThat(copies.next(tracker, WORKERS)).isEmpty();
    assertThat(copies.isIdle()).isTrue();
  }

  @Test
  void lossOfTheTargetSendsTheBlockElsewhere() {
    add(1, 10, "a", "lost");
    lose("lost");
    BlockCopies.Order order = copies.next(tracker, WORKERS).get(0);
    assertThat(copies.workerLost(order.target())).isEmpty();
    String left = order.target().equals("b") ? "c" : "b";

    List<BlockCopies.Order> again = copies.next(tracker, List.of("a", left));

    assertThat(again).extracting(BlockCopies.Order::target).containsExactly(left);
    assertThat(copies.ended(new WorkerEvent.BlocksCopied(1, order.number(), true)))
        .isEmpty();
  }

  @Test
  void lossOfTheHolderLeavesWhatItMayHaveCopied() {
    BlockRef block = add(1, 10, "a", "lost");
    lose("lost");
    BlockCopies.Order order = copies.next(tracker, WORKERS).get(0);

    assertThat(copies.workerLost("a")).isEqualTo(Map.of(block.id(), List.of(order.target())));
    assertThat(copies.workerLost("a")).isEmpty();
  }

  @Test
  void lossOfTheHolderLeavesWhatAnIncompleteOrderMayHaveCopied() {
    BlockRef block = add(1, 10, "a", "lost");
    lose("lost");
    BlockCopies.Order order = copies.next(tracker, WORKERS).get(0);
    assertThat(copies.ended(new WorkerEvent.BlocksCopied(1, order.number(), false)))
        .isEmpty();

    assertThat(copies.workerLost("a")).isEqualTo(Map.of(block.id(), List.of(order.target())));
    assertThat(copies.workerLost("a")).isEmpty();
  }

  @Test
  void ordersAreBoundedAndAllBlocksHaveTheirTurn() {
    LongStream.rangeClosed(1, 500).forEach(number -> add(number, 1 << 20, "a", "lost"));
    lose("lost");
    int rounds = 0;
    while (!copies.isIdle()) {
      List<BlockCopies.Order> orders = copies.next(tracker, WORKERS);
      for (BlockCopies.Order order : orders) {
        assertThat(order.blocks()).hasSizeLessThanOrEqualTo(16);
        order
            .blocks()
            .forEach(block -> tracker.addHolders(Map.of(block.id(), List.of(order.target()))));
        var unused = copies.ended(new WorkerEvent.BlocksCopied(1, order.number(), true));
      }
      rounds++;
    }

    assertThat(rounds).isGreaterThan(10);
    assertThat(tracker.blocks()).allMatch(block -> block.holders().size() == 2);
  }

  private BlockRef add(long number, long bytes, String... holders) {
    BlockRef block = new BlockRef(BlockId.received(1, 7, number), 1, bytes, List.of(holders));
    tracker.add(block);
    return block;
  }

  private void lose(String worker) {
    List<BlockRef> held = tracker.heldBy(worker);
    tracker.removeHolder(worker);
    copies.thinned(held);
  }
}
