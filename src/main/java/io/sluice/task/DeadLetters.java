package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import io.sluice.block.ObjectFiles;
import io.sluice.block.RecordCodec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes away what poisoned tasks were to read: DIRECTORY/batch-MILLIS/INPUT.obj with the records, INPUT.txt with the reason. */
final class DeadLetters {

  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  private final TaskSpec.Poison poison;
  private final long batchMillis;
  private final RecordCodec codec;

  DeadLetters(TaskSpec.Poison poison, long batchMillis, RecordCodec codec) {
    this.poison = poison;
    this.batchMillis = batchMillis;
    this.codec = codec;
  }

  /** Writes an input, if it is to be kept. One that was written by an earlier attempt is written again, with the same content. */
  void write(String input, Iterator<?> records) {
    if (poison.directory().isEmpty()) {
      return;
    }
    Path directory = Locations.path(poison.directory()).resolve("batch-" + batchMillis);
    Path file = directory.resolve(input + ".obj");
    try {
      Files.createDirectories(directory);
      replace(directory.resolve(input + ".txt"), out -> out.write(poison.reasonBytes()));
      replace(file, out -> ObjectFiles.write(out, records, codec));
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Dead letters cannot be written to %s: %s. Make room there, or name another sluice.task.dead-letter-directory."
              .formatted(file, failure),
          failure);
    }
    log.warn("Input [{}] of batch [{}] was written to [{}]", input, batchMillis, file);
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private static void replace(Path file, Content content) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path unfinished = Files.createTempFile(directory, ".", ".unfinished");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished))) {
      content.writeTo(out);
    }
    Locations.publish(unfinished, file);
  }
}
