package io.sluice.connector.file;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which file of a {@link FileSink}'s directory belongs to which batch and partition: the file {@code _manifest}, in S3 a directory of
 * numbered ones. A batch is in it when all its files can be seen.
 */
public final class FileManifest {

  /** A file. */
  public record Entry(Instant batchTime, int partition, String file, long records, long bytes) {}

  private static final String NAME = "_manifest";
  private static final String MARK = "sluice-files";
  private static final String VERSION = "1";
  private static final String END = "end";
  private static final String FILE = "file";
  private static final String BATCH = "batch";
  private static final long NONE = Long.MIN_VALUE;
  private static final int TAIL_BYTES = 128;

  private final ManifestFiles files;
  private final Path directory;
  private final String pipeline;

  FileManifest(Path directory, String pipeline) {
    this(directory, pipeline, new ManifestFiles(directory.resolve(NAME)));
  }

  FileManifest(Path directory, String pipeline, ManifestFiles files) {
    this.files = files;
    this.directory = directory;
    this.pipeline = pipeline;
  }

  /**
   * The files of all committed batches, oldest first. Can be called at any time.
   *
   * @return none if nothing was committed yet
   * @throws IOException if the manifest cannot be read
   */
  public static List<Entry> read(Path directory) throws IOException {
    return new FileManifest(directory, "").entries();
  }

  List<Entry> entries() throws IOException {
    List<Entry> committed = new ArrayList<>();
    readAll(committed);
    return committed;
  }

  /** Adds the files of all complete batches and gives the time of the last one. */
  private long readAll(List<Entry> committed) throws IOException {
    long last = NONE;
    for (Path file : files.all()) {
      last = readAll(file, last, committed);
    }
    return last;
  }

  private static long readAll(Path path, long before, List<Entry> committed) throws IOException {
    long last = before;
    List<Entry> pending = new ArrayList<>();
    int number = 0;
    for (String line : lines(path)) {
      number++;
      String[] words = line.split("\t", -1);
      try {
        if (words.length == 6 && words[0].equals(FILE)) {
          pending.add(entry(words));
        } else if (words.length == 4 && words[0].equals(BATCH) && words[3].equals(END)) {
          long batch = Long.parseLong(words[1]);
          if (batch > last) {
            committed.addAll(filesOf(batch, Integer.parseInt(words[2]), pending));
            last = batch;
          }
          pending.clear();
        }
      } catch (IllegalArgumentException unreadable) {
        throw damaged(path, "line " + number + ": " + unreadable.getMessage());
      }
    }
    return last;
  }

  private static List<String> lines(Path path) throws IOException {
    try {
      return Files.readAllLines(path);
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (CharacterCodingException unreadable) {
      throw damaged(path, "some of it is no text");
    }
  }

  /** The last of those that are pending; a driver that was killed while it wrote may have left lines of the same batch before. */
  private static List<Entry> filesOf(long batch, int files, List<Entry> pending) {
    if (files < 0 || pending.size() < files) {
      throw new IllegalArgumentException(
          "batch %d has %d files, got %d".formatted(batch, files, pending.size()));
    }
    for (Entry entry : pending) {
      if (entry.batchTime().toEpochMilli() != batch) {
        throw new IllegalArgumentException("batch %d has a file of batch %d before it"
            .formatted(batch, entry.batchTime().toEpochMilli()));
      }
    }
    return pending.subList(pending.size() - files, pending.size());
  }

  private static Entry entry(String[] words) {
    return new Entry(
        Instant.ofEpochMilli(Long.parseLong(words[1])),
        Integer.parseInt(words[2]),
        words[3],
        Long.parseLong(words[4]),
        Long.parseLong("0" + words[5]));
  }

  private static IOException damaged(Path path, String how) {
    return new IOException("'%s' is damaged (%s); restore it, or give the output another directory"
        .formatted(path, how));
  }

  /** The last committed batch; the least number if there is none. */
  long lastBatch() throws IOException {
    Path path = files.last().orElse(null);
    if (path == null || !isBegun(path)) {
      return NONE;
    }
    String tail;
    try (SeekableByteChannel file = Files.newByteChannel(path);
        InputStream bytes =
            Channels.newInputStream(file.position(Math.max(0, file.size() - TAIL_BYTES)))) {
      tail = new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    }
    int begin = tail.lastIndexOf("\n" + BATCH + "\t");
    String[] words = begin < 0 ? new String[0] : tail.substring(begin + 1).split("\t", -1);
    boolean whole = words.length == 4 && words[3].equals(END + "\n");
    try {
      return whole ? Long.parseLong(words[1]) : readAll(new ArrayList<>());
    } catch (NumberFormatException unreadable) {
      throw damaged(path, "last line: " + unreadable.getMessage());
    }
  }

  /** Whether the first line is there, which says whose the directory is. */
  private boolean isBegun(Path path) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split("\t", -1);
        if (words.length == 4 && words[0].equals(MARK) && words[3].equals(END)) {
          requireOurs(words[1], words[2]);
          return true;
        } else if (words[0].equals(FILE)) {
          throw damaged(path, "it does not begin with whose it is");
        }
      }
    } catch (NoSuchFileException none) {
      return false;
    } catch (CharacterCodingException unreadable) {
      throw damaged(path, "some of it is no text");
    }
    return false;
  }

  private void requireOurs(String version, String owner) {
    if (!version.equals(VERSION) || !owner.equals(pipeline)) {
      throw new SluiceException(
          ErrorCode.SINK_FAILED,
          "Directory '%s' belongs to '%s' (format %s), got files of '%s' (format %s). Each output needs a directory of its own."
              .formatted(directory, owner, version, pipeline, VERSION));
    }
  }

  /** Adds a batch; it counts when it is safe. */
  void append(Instant batch, List<Entry> entries) throws IOException {
    Path path = files.next();
    StringBuilder text = new StringBuilder();
    // Ends a line that a killed driver has not finished.
    text.append('\n');
    if (!isBegun(path)) {
      text.append("%s\t%s\t%s\t%s\n".formatted(MARK, VERSION, pipeline, END));
    }
    for (Entry entry : entries) {
      text.append("%s\t%d\t%d\t%s\t%d\t%d\n"
          .formatted(
              FILE,
              entry.batchTime().toEpochMilli(),
              entry.partition(),
              entry.file(),
              entry.records(),
              entry.bytes()));
    }
    text.append("%s\t%d\t%d\t%s\n".formatted(BATCH, batch.toEpochMilli(), entries.size(), END));
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    try (FileChannel file = FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
  }
}
