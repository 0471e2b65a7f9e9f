package io.sluice.connector.file;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The files of one output in its directory: hidden until their batch is committed, then seen under their names. */
final class PreparedFiles {

  private static final String HIDDEN = ".prepared";

  /** Begins what a task prepared if the rest is the name of a hidden file that says it. */
  private static final String LISTED_IN = "list ";

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

  /**
   * Where an attempt writes a partition.
   *
   * @param suffix of files that can be seen
   */
  FileWriter.Target begin(BatchPartition partition, String suffix) {
    return new Attempt(
        partition.time().toEpochMilli(),
        partition.partition(),
        UUID.randomUUID().toString().replace("-", ""),
        suffix);
  }

  private final class Attempt implements FileWriter.Target {
    private final long batchMillis;
    private final int partition;
    private final String token;
    private final String suffix;

    Attempt(long batchMillis, int partition, String token, String suffix) {
      this.batchMillis = batchMillis;
      this.partition = partition;
      this.token = token;
      this.suffix = suffix;
    }

    @Override
    public OutputStream open(int file, String below) throws IOException {
      requireName(below);
      Files.createDirectories(hidden);
      return Files.newOutputStream(path(file), StandardOpenOption.CREATE_NEW);
    }

    /** At the commit it would be too late. */
    private void requireName(String below) throws IOException {
      try {
        Path unused = directory.resolve(below);
      } catch (InvalidPathException unencodable) {
        throw new FileSystemException(
            below,
            null,
            "a directory cannot have this name here. With characters beyond ASCII Java needs a locale of UTF-8 on all nodes, such as LANG=C.UTF-8");
      }
    }

    @Override
    public void force(int file) throws IOException {
      forceFile(path(file));
    }

    @Override
    public String prepared(List<Part.Written> files) throws IOException {
      String text = new Part(batchMillis, partition, token, suffix, files).text();
      if (text.length() > BatchWriter.MAX_PREPARED) {
        String list = Part.hiddenList(batchMillis, partition, token);
        Files.writeString(hidden.resolve(list), text, StandardOpenOption.CREATE_NEW);
        forceFile(hidden.resolve(list));
        text = LISTED_IN + list;
      }
      forceDirectory(hidden);
      return text;
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
  void commit(long batchMillis, List<String> prepared) {
    try {
      if (manifest.lastBatch() >= batchMillis) {
        return;
      }
      List<FileManifest.Entry> entries = new ArrayList<>();
      Set<Path> changed = new TreeSet<>(Set.of(directory));
      for (String text : prepared) {
        Part part = part(text);
        for (int file = 0; file < part.files().size(); file++) {
          changed.addAll(show(part, file));
          entries.add(part.entry(file));
        }
      }
      for (Path each : changed) {
        forceDirectory(each);
      }
      manifest.append(Instant.ofEpochMilli(batchMillis), entries);
      deleteLeftovers(batchMillis);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private Part part(String prepared) throws IOException {
    return Part.parse(
        prepared.startsWith(LISTED_IN)
            ? Files.readString(hidden.resolve(prepared.substring(LISTED_IN.length())))
            : prepared);
  }

  /** Gives the directories that have changed. */
  private List<Path> show(Part part, int file) throws IOException {
    Path seen = directory.resolve(part.name(file));
    List<Path> changed = new ArrayList<>();
    for (Path parent = seen.getParent();
        parent != null && !parent.equals(directory);
        parent = parent.getParent()) {
      changed.add(parent);
    }
    if (!changed.isEmpty()) {
      Files.createDirectories(changed.get(0));
    }
    try {
      Locations.publish(hidden.resolve(part.hidden(file)), seen);
    } catch (NoSuchFileException moved) {
      // An earlier call, or another driver, may have given it its name.
      if (!Files.exists(seen)) {
        throw new NoSuchFileException(
            seen.toString(), null, "what was prepared for it is gone, somebody has deleted it");
      }
    }
    return changed;
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

  /** Can be called again: a list goes last. */
  void abort(List<String> prepared) {
    try {
      for (String text : prepared) {
        Part part;
        try {
          part = part(text);
        } catch (NoSuchFileException aborted) {
          continue;
        }
        for (int file = 0; file < part.files().size(); file++) {
          Files.deleteIfExists(hidden.resolve(part.hidden(file)));
        }
        Files.deleteIfExists(
            hidden.resolve(Part.hiddenList(part.batchMillis(), part.partition(), part.token())));
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
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
