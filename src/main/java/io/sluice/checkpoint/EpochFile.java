package io.sluice.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of a directory ledger.
 *
 * @param epoch the epoch that wrote it
 * @param part counts the snapshots of the epoch, from 1 on; each has a file of its own
 */
record EpochFile(long epoch, int part) {

  /** Later snapshots first. */
  static final Comparator<EpochFile> NEWEST_FIRST = Comparator.comparingLong(EpochFile::epoch)
      .thenComparingInt(EpochFile::part)
      .reversed();

  private static final Pattern NAME = Pattern.compile("epoch-(\\d{6,18})-(\\d{6,9})\\.log");

  /** Reads a file name; empty for files that are not the ledger's. */
  static Optional<EpochFile> of(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new EpochFile(Long.parseLong(name.group(1)), Integer.parseInt(name.group(2))));
  }

  Path in(Path directory) {
    return directory.resolve("epoch-%06d-%06d.log".formatted(epoch, part));
  }
}
