package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotFenceTest {

  private static final WorkerSession.StateKey STATE = new WorkerSession.StateKey(1, 2);
  private static final WorkerSession.StateKey OTHER = new WorkerSession.StateKey(1, 3);
  private static final long FIRST = SnapshotFence.copy(1, 7);
  private static final long SECOND = SnapshotFence.copy(1, 8);
  private static final long OF_NEXT_DRIVER = SnapshotFence.copy(2, 1);

  private final SnapshotFence fence = new SnapshotFence();

  @Test
  void piecesOfOneCopyCountInOrder() {
    assertThat(fence.admits(STATE, FIRST, 0)).isTrue();
    assertThat(fence.admits(STATE, FIRST, 1)).isTrue();
    assertThat(fence.admits(STATE, FIRST, 2)).isTrue();
  }

  @Test
  void pieceWithoutItsFirstCountsForNothing() {
    assertThat(fence.admits(STATE, FIRST, 1)).isFalse();
    assertThat(fence.admits(STATE, FIRST, 0)).isTrue();
    assertThat(fence.admits(OTHER, FIRST, 1)).isFalse();
  }

  @Test
  void lateCopyOverwritesNothingThatIsNewer() {
    assertThat(fence.admits(STATE, FIRST, 0)).isTrue();
    assertThat(fence.admits(STATE, SECOND, 0)).isTrue();

    assertThat(fence.admits(STATE, FIRST, 1)).isFalse();
    assertThat(fence.admits(STATE, FIRST, 0)).isFalse();
    assertThat(fence.admits(STATE, SECOND, 1)).isTrue();
    assertThat(fence.admits(STATE, OF_NEXT_DRIVER, 0)).isTrue();
    assertThat(fence.admits(STATE, SECOND, 2)).isFalse();
  }

  @Test
  void copyOfAnEarlierDriverCountsNoMore() {
    assertThat(fence.admits(STATE, FIRST, 0)).isTrue();
    fence.sealBefore(2);

    assertThat(fence.admits(STATE, FIRST, 1)).isFalse();
    assertThat(fence.admits(OTHER, SECOND, 0)).isFalse();
    assertThat(fence.admits(OTHER, OF_NEXT_DRIVER, 0)).isTrue();
  }
}
