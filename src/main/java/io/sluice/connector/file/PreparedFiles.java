package io.sluice.connector.file;

import io.sluice.api.BatchPartition;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The files of one output in its directory: hidden until their batch is committed, then seen under their names. */
final class PreparedFiles {

  private static final String HIDDEN = ".prepared";

  private final Path directory;
  private final Path hidden;
  private final FileManifest manifest;

  /** @param pipeline to which the directory belongs, or shall belong */
  PreparedFiles(Path directory, String pipeline) {
    this.directory = directory;
    this.hidden = directory.resolve(HIDDEN);
    this.manifest = new FileManifest(directory, pipeline);
  }

  /**
   * Refuses a batch that the directory has from an earlier run; its records would be taken for those that are there.
   *
   * @throws SluiceException SINK_FAILED, also if the directory belongs to another output
   */
  void requireNew(long batchMillis) {
    try {
      if (manifest.lastBatch() >= batchMillis) {
        throw new SluiceException(
            ErrorCode.SINK_FAILED,
            "Directory '%s' has batches up to %s already, got batch %s. Batches must go on where they ended; give a program that begins anew a directory of its own."
                .formatted(
                    directory,
                    Instant.ofEpochMilli(manifest.lastBatch()),
                    Instant.ofEpochMilli(batchMillis)));
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /** Where an attempt writes a partition. */
  FileWriter.Target begin(BatchPartition partition) {
    return new Attempt(
        partition.time().toEpochMilli(),
        partition.partition(),
        UUID.randomUUID().toString().replace("-", ""));
  }

  private final class Attempt implements FileWriter.Target {
    private final long batchMillis;
    private final int partition;
    private final String token;

    Attempt(long batchMillis, int partition, String token) {
      this.batchMillis = batchMillis;
      this.partition = partition;
      this.token = token;
    }

    @Override
    public OutputStream open(int file) throws IOException {
      Files.createDirectories(hidden);
      return Files.newOutputStream(path(file), StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void force(int file) throws IOException {
      try (FileChannel channel = FileChannel.open(path(file), StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }

    @Override
    public String prepared(List<Part.Size> files) throws IOException {
      forceDirectory(hidden);
      return new Part(batchMillis, partition, token, files).text();
    }

    @Override
    public void delete(int file) throws IOException {
      Files.deleteIfExists(path(file));
    }

    @Override
    public RuntimeException failed(IOException cause) {
      return PreparedFiles.this.failed(cause);
    }

    private Path path(int file) {
      return hidden.resolve(Part.hidden(batchMillis, partition, token, file));
    }
  }

  /** Gives the files of a batch their names; changes nothing if that was done before. */
  void commit(long batchMillis, List<Part> parts) {
    try {
      if (manifest.lastBatch() >= batchMillis) {
        return;
      }
      List<FileManifest.Entry> entries = new ArrayList<>();
      for (Part part : parts) {
        for (int file = 0; file < part.files().size(); file++) {
          show(part, file);
          entries.add(part.entry(file));
        }
      }
      forceDirectory(directory);
      manifest.append(Instant.ofEpochMilli(batchMillis), entries);
      deleteLeftovers(batchMillis);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private void show(Part part, int file) throws IOException {
    Path seen = directory.resolve(part.name(file));
    try {
      Files.move(hidden.resolve(part.hidden(file)), seen, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException moved) {
      // An earlier call, or another driver, may have given it its name.
      if (!Files.exists(seen)) {
        throw new NoSuchFileException(
            seen.toString(), null, "what was prepared for it is gone, somebody has deleted it");
      }
    }
  }

  /** No attempt of a batch that is over can be committed any more. */
  private void deleteLeftovers(long batchMillis) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(hidden)) {
      for (Path file : files) {
        if (Part.batchOf(file.getFileName().toString()) <= batchMillis) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  void abort(List<Part> parts) {
    try {
      for (Part part : parts) {
        for (int file = 0; file < part.files().size(); file++) {
          Files.deleteIfExists(hidden.resolve(part.hidden(file)));
        }
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private SluiceException failed(IOException cause) {
    String reason = cause instanceof FileSystemException file && file.getReason() != null
        ? file.getFile() + ": " + file.getReason()
        : String.valueOf(cause);
    return new SluiceException(
        ErrorCode.SINK_FAILED,
        "Files in '%s' cannot be written: %s. The directory must be writable and have room on the driver and on every worker; nothing of the batch is visible until it succeeds."
            .formatted(directory, reason),
        cause);
  }
}
