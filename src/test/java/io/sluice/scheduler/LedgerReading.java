package io.sluice.scheduler;

import io.sluice.batch.BlockRef;
import java.util.List;
import java.util.Optional;

/** What entries of a ledger say, for tests in other packages. */
public final class LedgerReading {

  /** The blocks of a batch. */
  public record Cut(long batchMillis, List<BlockRef> blocks) {}

  private final Decision decision;

  /** Reads an entry. */
  public LedgerReading(byte[] entry) {
    this.decision = DecisionCodec.decision(entry);
  }

  /** The cut that an entry is. */
  public Optional<Cut> cut() {
    return decision instanceof Decision.Cut cut
        ? Optional.of(new Cut(cut.batchMillis(), cut.blocks()))
        : Optional.empty();
  }

  /** The batch that an entry commits. */
  public Optional<Long> committed() {
    return decision instanceof Decision.Committed committed
        ? Optional.of(committed.batchMillis())
        : Optional.empty();
  }

  /** What kind of decision an entry is. */
  public String kind() {
    return decision.getClass().getSimpleName();
  }

  /** Who has each partition. */
  public record Placed(List<String> owners, List<String> standbys, List<Integer> synced) {}

  /** A standby has a partition. */
  public record Copied(int partition, String standby) {}

  /** Who owns what, if an entry says so. */
  public Optional<Placed> placed() {
    return decision instanceof Decision.Placed placed
        ? Optional.of(new Placed(placed.owners(), placed.standbys(), placed.synced()))
        : Optional.empty();
  }

  /** The copy of a partition that an entry tells of. */
  public Optional<Copied> copied() {
    return decision instanceof Decision.Copied copied
        ? Optional.of(new Copied(copied.partition(), copied.standby()))
        : Optional.empty();
  }

  /** The worker that an entry lets in. */
  public Optional<String> joined() {
    return decision instanceof Decision.Joined joined
        ? Optional.of(joined.address())
        : Optional.empty();
  }

  /** The worker that an entry gives up. */
  public Optional<String> left() {
    return decision instanceof Decision.Left left ? Optional.of(left.address()) : Optional.empty();
  }

  /** Why the context has ended, if an entry says that it has. */
  public Optional<String> ended() {
    return decision instanceof Decision.Ended ended
        ? Optional.of(ended.reason())
        : Optional.empty();
  }
}
