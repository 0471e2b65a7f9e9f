package io.sluice.checkpoint;

import io.sluice.checkpoint.Segment.Frame;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** What the block logs in a directory have. */
public final class BlockArchive {

  /** Where a block lies, and what is known of it without its content. */
  public record Found(
      LoggedBlocks.Key key,
      String file,
      int frame,
      long records,
      long sizeBytes,
      OptionalLong position) {}

  private final Map<LoggedBlocks.Key, Found> blocks = new LinkedHashMap<>();
  private final LoggedBlocks needed = new LoggedBlocks();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> damaged = new HashSet<>();

  private boolean mayLack;
  private boolean lacksEnd;

  private BlockArchive() {}

  /**
   * Looks through all files of a directory; one file at a time is in memory.
   *
   * @throws IOException if the directory or a file cannot be read
   */
  public static BlockArchive read(SegmentFiles files, Path directory) throws IOException {
    BlockArchive archive = new BlockArchive();
    List<Path> listed;
    try {
      listed = files.list(directory);
    } catch (NoSuchFileException none) {
      return archive;
    }
    List<LogFile> names = listed.stream()
        .map(LogFile::of)
        .flatMap(Optional::stream)
        .sorted(LogFile.OLDEST_FIRST)
        .toList();
    for (LogFile name : names) {
      archive.add(name.name(), Segment.readAround(files, name.in(directory)));
    }
    return archive;
  }

  private void add(String file, Segment segment) {
    segment.refuseOtherVersion();
    for (int index = 0; index < segment.frames().size(); index++) {
      BlockEntry entry = BlockEntry.of(segment.frames().get(index));
      LoggedBlocks.Key key = new LoggedBlocks.Key(entry.stream(), entry.sequence());
      blocks.put(
          key,
          new Found(key, file, index, entry.records(), entry.bytes().length, entry.position()));
      needed.add(file, key);
    }
    segment.damage().ifPresent(damage -> {
      damaged.add(file);
      boolean changed = damage.kind() != Segment.Damage.Kind.TORN;
      mayLack |= changed;
      lacksEnd |=
          changed && intactBefore(segment, damage.offset()) == segment.frames().size();
      warnings.add(
          damage.message() + ". The " + segment.frames().size() + " intact blocks of it are used.");
    });
  }

  /** A sentence for each thing that was found damaged. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Whether bytes that were written are not as they were, so that blocks which were safe may be missing. */
  public boolean mayLackBlocks() {
    return mayLack;
  }

  /** Whether such bytes are the last of a file, so that no later block shows what is missing. */
  public boolean lacksItsEnd() {
    return lacksEnd;
  }

  private static int intactBefore(Segment segment, long offset) {
    int intact = 0;
    long end = Segment.FILE_HEADER_BYTES;
    while (end < offset && intact < segment.frames().size()) {
      end += segment.frames().get(intact).encodedBytes();
      intact++;
    }
    return intact;
  }

  public Optional<Found> find(LoggedBlocks.Key key) {
    return Optional.ofNullable(blocks.get(key));
  }

  /** All blocks, those of a stream in the order in which they were written. */
  public Collection<Found> all() {
    return List.copyOf(blocks.values());
  }

  /** Blocks are not needed any more; deletes intact files that have no others. */
  public void release(SegmentFiles files, Path directory, Collection<LoggedBlocks.Key> unneeded) {
    needed.release(unneeded).stream()
        .filter(file -> !damaged.contains(file))
        .forEach(file -> BlockLog.delete(files, directory.resolve(file)));
  }

  /**
   * Reads some blocks of a file, by the numbers of their frames.
   *
   * @throws IOException if the file cannot be read, or is damaged where it was intact before
   */
  public static void load(
      SegmentFiles files,
      Path directory,
      String file,
      Collection<Integer> numbers,
      Consumer<BlockEntry> consumer)
      throws IOException {
    List<Frame> frames = Segment.readAround(files, directory.resolve(file)).frames();
    Map<Integer, Frame> byNumber = new HashMap<>();
    for (int number : numbers) {
      if (number >= frames.size()) {
        throw new IOException(file + " has lost what was found in it before");
      }
      byNumber.put(number, frames.get(number));
    }
    byNumber.values().forEach(frame -> consumer.accept(BlockEntry.of(frame)));
  }
}
