package io.sluice.checkpoint;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the files of a log that no version takes any more. */
public final class LogCleaner {

  private static final Logger log = LoggerFactory.getLogger(LogCleaner.class);

  /**
   * What must stay.
   *
   * @param oldestFiles the first file that is needed of each writer, by its epoch and name
   * @param strangers whether files of other writers are needed
   * @param damaged files that stay for whoever wants to look at them
   */
  public record Wanted(Map<String, Integer> oldestFiles, boolean strangers, Set<String> damaged) {}

  private LogCleaner() {}

  /** Deletes what is not wanted. What cannot be deleted stays, with a warning. */
  public static void clean(SegmentFiles files, Path directory, Wanted wanted) {
    try {
      for (Path path : files.list(directory)) {
        Optional<LogFile> file = LogFile.of(path);
        if (file.isPresent() && !isWanted(file.get(), wanted)) {
          files.delete(path);
        }
      }
    } catch (NoSuchFileException none) {
      // Nothing was written yet.
    } catch (IOException cause) {
      log.warn("Old files in [{}] cannot be deleted: {}", directory, cause.toString());
    }
  }

  private static boolean isWanted(LogFile file, Wanted wanted) {
    Integer oldest = wanted.oldestFiles.get(file.epoch() + "-" + file.writer());
    boolean needed = oldest == null ? wanted.strangers : file.number() >= oldest;
    return needed || wanted.damaged.contains(file.name());
  }
}
