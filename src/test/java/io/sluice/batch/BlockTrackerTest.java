package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockTrackerTest {

  private static final int STREAM = 0;

  private final BlockTracker tracker = new BlockTracker();

  @Test
  void t1_everyBlockBelongsToExactlyOneBatchAndEveryBatchIsCutOnce() {
    List<BlockRef> first = report(1, 5);
    assertThat(tracker.hasUnassigned()).isTrue();

    tracker.cut(1000);
    tracker.cut(2000);
    assertThat(tracker.blocks(STREAM, 1000)).isEqualTo(first);
    assertThat(tracker.blocks(STREAM, 2000)).isEmpty();
    assertThat(tracker.hasUnassigned()).isFalse();

    tracker.cut(1000);
    assertThat(tracker.blocks(STREAM, 1000)).isEqualTo(first);

    List<BlockRef> second = report(6, 10);
    tracker.cut(2000);
    assertThat(tracker.blocks(STREAM, 2000)).isEmpty();
    assertThat(tracker.hasUnassigned()).isTrue();

    tracker.cut(3000);
    assertThat(tracker.blocks(STREAM, 3000)).isEqualTo(second);
  }

  @Test
  void blockReportedTwiceCountsOnce() {
    assertThat(tracker.add(block(STREAM, 2))).isTrue();
    assertThat(tracker.add(block(STREAM, 1))).isTrue();
    assertThat(tracker.add(block(STREAM, 1))).isFalse();
    assertThat(tracker.add(block(STREAM, 2))).isFalse();

    tracker.cut(1000);
    assertThat(tracker.add(block(STREAM, 2))).isFalse();

    assertThat(tracker.blocks(STREAM, 1000)).hasSize(2);
  }

  @Test
  void snapshotHasWhatNoBatchHasYet() {
    List<BlockRef> cut = report(1, 2);
    tracker.cut(1000);
    List<BlockRef> open = report(3, 4);

    BlockTracker next = BlockTracker.of(tracker.snapshot());

    assertThat(next.isCut(cut.get(0).id())).isTrue();
    assertThat(next.isKnown(open.get(0).id())).isTrue();
    assertThat(next.isCut(open.get(0).id())).isFalse();
    next.cut(2000);
    assertThat(next.blocks(STREAM, 2000)).isEqualTo(open);
    assertThat(next.isCut(open.get(0).id())).isTrue();
  }

  @Test
  void numbersOfANewReceiverAreNotThoseOfTheOneBefore() {
    assertThat(tracker.add(block(STREAM, 1))).isTrue();
    assertThat(tracker.add(block(STREAM, (1L << 40) | 1))).isTrue();
    assertThat(tracker.add(block(STREAM + 1, 1))).isTrue();
  }

  @Test
  void recordsAreCountedByStream() {
    tracker.add(block(0, 1));
    tracker.add(block(0, 2));
    tracker.add(block(7, 1));

    tracker.cut(1000);

    assertThat(tracker.records(1000)).isEqualTo(Map.of(0, 20L, 7, 10L));
    assertThat(tracker.records(2000)).isEmpty();
  }

  @Test
  void releasedBlocksAreNamedOnce() {
    List<BlockRef> first = report(1, 2);
    tracker.cut(1000);
    List<BlockRef> second = report(3, 3);
    tracker.cut(2000);

    assertThat(tracker.release(STREAM, 1000)).isEqualTo(ids(first));
    assertThat(tracker.release(STREAM, 2000)).isEqualTo(ids(second));
    assertThat(tracker.release(STREAM, 2000)).isEmpty();
  }

  @Test
  void lostHolderIsTakenOffAssignedAndUnassignedBlocks() {
    tracker.add(block(STREAM, 1));
    tracker.cut(1000);
    tracker.add(block(STREAM, 2));

    tracker.removeHolder("node-1");
    tracker.cut(2000);

    assertThat(tracker.blocks(STREAM, 1000).get(0).holders()).containsExactly("node-2");
    assertThat(tracker.blocks(STREAM, 2000).get(0).holders()).containsExactly("node-2");
  }

  private List<BlockRef> report(int from, int to) {
    List<BlockRef> blocks = new ArrayList<>();
    for (int number = from; number <= to; number++) {
      blocks.add(block(STREAM, number));
      tracker.add(block(STREAM, number));
    }
    return blocks;
  }

  private static BlockRef block(int stream, long number) {
    return new BlockRef(BlockId.received(1, stream, number), 10, 100, List.of("node-1", "node-2"));
  }

  private static List<BlockId> ids(List<BlockRef> blocks) {
    return blocks.stream().map(BlockRef::id).toList();
  }
}
