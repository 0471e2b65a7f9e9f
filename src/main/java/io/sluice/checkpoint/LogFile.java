package io.sluice.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of a log that many workers write side by side, each its own files.
 *
 * @param epoch of the driver that the writer first worked for
 * @param writer names the writer among those of its epoch
 * @param number counts the writer's files, from 1 on
 */
public record LogFile(long epoch, String writer, int number) {

  /** A writer's files follow each other, and later epochs come later. */
  static final Comparator<LogFile> OLDEST_FIRST = Comparator.comparingLong(LogFile::epoch)
      .thenComparing(LogFile::writer)
      .thenComparingInt(LogFile::number);

  private static final Pattern NAME =
      Pattern.compile("(\\d{6,18})-([0-9a-f]{1,16})-(\\d{6,9})\\.log");

  /** The name of the writer that has this incarnation. */
  public static String writer(long incarnation) {
    return Long.toHexString(incarnation);
  }

  /** Reads a file name; empty for files that are not a log's. */
  public static Optional<LogFile> of(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(new LogFile(
            Long.parseLong(matcher.group(1)), matcher.group(2), Integer.parseInt(matcher.group(3))))
        : Optional.empty();
  }

  static Optional<LogFile> of(Path file) {
    return of(String.valueOf(file.getFileName()));
  }

  /** The file's name. */
  public String name() {
    return "%06d-%s-%06d.log".formatted(epoch, writer, number);
  }

  Path in(Path directory) {
    return directory.resolve(name());
  }

  boolean follows(LogFile other) {
    return epoch == other.epoch && writer.equals(other.writer) && number == other.number + 1;
  }
}
