package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.receiver.ReceiverSupervisor.BlockStored;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockCountsTest {

  private final BlockCounts counts = new BlockCounts();

  private static BlockStored stored(long number, boolean hasPosition) {
    BlockRef block = new BlockRef(BlockId.received(1, 0, number), 10, 100, List.of("a"));
    return new BlockStored(0, 1, block, 7 * number, hasPosition);
  }

  @Test
  void blocksThatComeWhileADecisionIsMadeAreDecidedTogether() {
    counts.add(stored(1, true));
    assertThat(counts.next().orElseThrow().stored()).containsExactly(stored(1, true));
    counts.add(stored(2, true));
    counts.add(stored(3, true));
    assertThat(counts.next()).isEmpty();

    counts.decided();

    BlockCounts.Group group = counts.next().orElseThrow();
    assertThat(group.stored()).containsExactly(stored(2, true), stored(3, true));
    assertThat(group.decision())
        .isEqualTo(new Decision.Counted(
            List.of(stored(2, true).block(), stored(3, true).block()), Map.of(0, 21L)));
  }

  @Test
  void blockThatIsReportedAgainIsAnsweredAfterTheDecisionAboutIt() {
    counts.add(stored(1, false));
    assertThat(counts.next().orElseThrow().decision().positions()).isEmpty();
    counts.addKnown(stored(1, false));
    assertThat(counts.next()).isEmpty();

    counts.decided();

    BlockCounts.Group again = counts.next().orElseThrow();
    assertThat(again.stored()).containsExactly(stored(1, false));
    assertThat(again.decision().blocks()).isEmpty();
  }

  @Test
  void thereIsNothingToDecideWithoutBlocks() {
    assertThat(counts.next()).isEmpty();
  }
}
