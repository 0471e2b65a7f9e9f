package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BatchQueue;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.checkpoint.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecoveredTest {

  private static final Decision.Begun BEGUN = new Decision.Begun(0, 4, Decision.Names.NONE);

  private static Recovered after(Decision... decisions) {
    List<byte[]> entries = Stream.of(decisions).map(DecisionCodec::encode).toList();
    return Recovered.of(new Ledger.Opened(2, Optional.empty(), entries, List.of()), 4);
  }

  private static List<BlockRef> blocks(long... numbers) {
    return Arrays.stream(numbers)
        .mapToObj(number ->
            new BlockRef(BlockId.received(1, 0, number), 10, 100, List.of("node-1", "node-2")))
        .toList();
  }

  private static Decision.Cut cut(long batchMillis, long... numbers) {
    return new Decision.Cut(batchMillis, blocks(numbers), Map.of());
  }

  private static Decision.Committed committed(long batchMillis) {
    return new Decision.Committed(batchMillis, List.of(), List.of(), Map.of(), List.of());
  }

  @Test
  void k7_lastRateOfEachStreamIsKnownToTheNextDriver() {
    Recovered recovered = after(
        BEGUN, new Decision.Rated(Map.of(0, 900.0, 1, 50.0)), new Decision.Rated(Map.of(0, 200.0)));

    assertThat(recovered.rates()).isEqualTo(Map.of(0, 200.0, 1, 50.0));
  }

  @Test
  void g1_blocksOfABatchThatIsBlockedStayWhileLaterOnesAreCut() {
    Decision[] decisions = new Decision[14];
    decisions[0] = BEGUN;
    for (int batch = 1; batch <= 12; batch++) {
      decisions[batch] = cut(batch * 1000L, batch);
    }
    decisions[13] = committed(2000);

    Recovered recovered = after(decisions);

    BatchQueue queue = new BatchQueue(20);
    recovered.restore(queue);
    assertThat(queue.takeToRun()).contains(3000L);
    assertThat(recovered.tracker().blocks(3000)).isEqualTo(blocks(3));
    assertThat(recovered.rewind().cuts()).contains(cut(3000, 3));
  }

  @Test
  void t2_batchesAreRestoredAndOnlyTheOldestIsForgotten() {
    Recovered recovered = after(BEGUN, cut(1000, 1, 2), cut(2000, 3), committed(1000));
    assertThat(recovered.tracker().blocks(1000)).isEqualTo(blocks(1, 2));
    assertThat(recovered.tracker().blocks(2000)).isEqualTo(blocks(3));

    Rewind rewind = recovered.rewind();
    List<BlockRef> unneeded = rewind.forgetBefore(1000, Map.of(), 0);

    assertThat(unneeded).isEqualTo(blocks(1, 2));
    assertThat(Rewind.of(rewind.snapshot()).cuts())
        .as("what the ledger keeps from now on")
        .containsExactly(cut(2000, 3));
  }
}
