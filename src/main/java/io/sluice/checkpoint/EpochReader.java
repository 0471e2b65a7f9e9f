package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Ledger.Opened;
import io.sluice.checkpoint.Segment.Damage;
import io.sluice.checkpoint.Segment.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the latest intact snapshot among the files of a directory ledger, and the entries after it. */
final class EpochReader {

  private final SegmentFiles files;
  private final Path directory;
  private final List<String> warnings = new ArrayList<>();
  private boolean lost;

  EpochReader(SegmentFiles files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /**
   * Reads what lies before an epoch.
   *
   * @param newestFirst the files of the directory
   * @throws SluiceException {@code CHECKPOINT_FAILED} if there were snapshots but none is intact, or if
   *     another version of Sluice wrote the newest
   */
  Opened latestBefore(long epoch, List<EpochFile> newestFirst) throws IOException {
    for (EpochFile file : newestFirst) {
      Optional<Segment> found = file.epoch() < epoch ? counting(file) : Optional.empty();
      if (found.isPresent()) {
        List<byte[]> entries = new ArrayList<>();
        found.get().frames().forEach(frame -> entries.add(frame.payload()));
        return new Opened(epoch, Optional.of(entries.remove(0)), entries, warnings);
      }
    }
    if (lost) {
      throw noneIntact();
    }
    return new Opened(epoch, Optional.empty(), List.of(), warnings);
  }

  /** A file counts if its snapshot is intact; of its entries those before any damage are used. */
  private Optional<Segment> counting(EpochFile name) throws IOException {
    Path file = name.in(directory);
    Segment segment = Segment.read(files, file);
    segment.refuseOtherVersion();
    Optional<Damage> damage = segment.damage();
    List<Frame> frames = segment.frames();
    boolean counts = !frames.isEmpty() && frames.get(0).kind() == DirectoryLedger.SNAPSHOT;
    damage.ifPresentOrElse(
        found -> warn(found, counts, frames.size()), () -> warnIfWithout(counts, file));
    return counts ? Optional.of(segment) : Optional.empty();
  }

  private void warn(Damage damage, boolean counts, int frames) {
    if (damage.kind() != Damage.Kind.TORN) {
      lost = true;
    }
    String used = counts
        ? ". The snapshot and the " + (frames - 1) + " entries before it are used."
        : ". It has no intact snapshot and is skipped for an older one.";
    warnings.add(damage.message() + used);
  }

  private void warnIfWithout(boolean counts, Path file) {
    if (!counts) {
      warnings.add(file + " has no snapshot and is skipped for an older one.");
    }
  }

  private SluiceException noneIntact() {
    return new SluiceException(
        ErrorCode.CHECKPOINT_FAILED,
        "Checkpoint directory "
            + directory
            + " has no intact snapshot: "
            + String.join(" ", warnings)
            + " Restore its files, or choose another directory to begin without a past.");
  }
}
