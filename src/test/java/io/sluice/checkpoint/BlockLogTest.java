package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockLogTest {

  @TempDir
  private Path directory;

  private final FaultyFiles files = new FaultyFiles();

  private static List<LoggedBlocks.Key> keys(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(number -> new LoggedBlocks.Key("lines", number))
        .toList();
  }

  private List<LoggedBlocks.Key> found() throws IOException {
    List<LoggedBlocks.Key> keys = new ArrayList<>();
    BlockArchive.read(files, directory).all().forEach(found -> keys.add(found.key()));
    return keys;
  }

  @Test
  void t2_oldestFileIsDeletedWhenNoBatchNeedsItsBlocks() throws IOException {
    byte[] bytes = "0123456789".getBytes(US_ASCII);
    try (BlockLog log = new BlockLog(directory, 1, "a1", 100, true, files, Runnable::run)) {
      for (long number = 1; number <= 10; number++) {
        log.append(new BlockEntry("lines", number, 1, OptionalLong.empty(), bytes))
            .toCompletableFuture()
            .join();
      }
      assertThat(found()).as("after a restart").isEqualTo(keys(1, 10));
      Path oldest = Collections.min(files.list(directory));
      long inOldest = BlockArchive.read(files, directory).all().stream()
          .filter(block -> oldest.endsWith(block.file()))
          .count();
      assertThat(inOldest).isBetween(1L, 9L);

      log.release(keys(1, inOldest - 1));
      assertThat(found()).as("one of the file is still needed").isEqualTo(keys(1, 10));
      log.release(keys(inOldest, inOldest));

      assertThat(found()).isEqualTo(keys(inOldest + 1, 10));
      assertThat(files.list(directory)).doesNotContain(oldest);
    }
  }
}
