package io.sluice.scheduler;

import io.sluice.batch.BlockRef;
import java.util.List;
import java.util.Optional;

/** What entries of a ledger say, for tests in other packages. */
public final class LedgerReading {

  /** The blocks of a batch. */
  public record Cut(long batchMillis, List<BlockRef> blocks) {}

  private LedgerReading() {}

  /** The cut that an entry is. */
  public static Optional<Cut> cut(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Cut cut
        ? Optional.of(new Cut(cut.batchMillis(), cut.blocks()))
        : Optional.empty();
  }

  /** The batch that an entry commits. */
  public static Optional<Long> committed(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Committed committed
        ? Optional.of(committed.batchMillis())
        : Optional.empty();
  }

  /** What kind of decision an entry is. */
  public static String kind(byte[] entry) {
    return DecisionCodec.decision(entry).getClass().getSimpleName();
  }
}
