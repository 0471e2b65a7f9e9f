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

  /** Who has each partition. */
  public record Placed(List<String> owners, List<String> standbys, List<Integer> synced) {}

  /** A standby has a partition. */
  public record Copied(int partition, String standby) {}

  /** Who owns what, if an entry says so. */
  public static Optional<Placed> placed(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Placed placed
        ? Optional.of(new Placed(placed.owners(), placed.standbys(), placed.synced()))
        : Optional.empty();
  }

  /** The copy of a partition that an entry tells of. */
  public static Optional<Copied> copied(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Copied copied
        ? Optional.of(new Copied(copied.partition(), copied.standby()))
        : Optional.empty();
  }

  /** The worker that an entry lets in. */
  public static Optional<String> joined(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Joined joined
        ? Optional.of(joined.address())
        : Optional.empty();
  }

  /** The worker that an entry gives up. */
  public static Optional<String> left(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Left left
        ? Optional.of(left.address())
        : Optional.empty();
  }

  /** Why the context has ended, if an entry says that it has. */
  public static Optional<String> ended(byte[] entry) {
    return DecisionCodec.decision(entry) instanceof Decision.Ended ended
        ? Optional.of(ended.reason())
        : Optional.empty();
  }
}
