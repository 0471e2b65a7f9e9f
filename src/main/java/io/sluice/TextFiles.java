package io.sluice;

import io.sluice.api.Locations;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Finds the files that a path stands for, and divides text files into parts that tasks read. */
final class TextFiles {

  private static final long MAX_PART_BYTES = 32 << 20;
  private static final int BUFFER_BYTES = 64 << 10;

  private TextFiles() {}

  /** The lines of a file that begin at or after {@code from} and before {@code to}. */
  record Part(String file, long from, long to) implements Serializable {

    static Part whole(String file) {
      return new Part(file, 0, Long.MAX_VALUE);
    }

    Iterator<String> lines() throws IOException {
      return new Lines(this);
    }
  }

  /**
   * The files a path stands for.
   *
   * @throws IllegalArgumentException if there is nothing
   */
  static List<Path> find(@Nullable String path) {
    FilePattern pattern = FilePattern.of(path);
    try {
      List<Path> files = pattern.files();
      if (files.isEmpty() && !pattern.isInDirectory()) {
        throw new IllegalArgumentException("No file matches '" + path
            + "'. It must exist, under the same path, on the driver and on every worker.");
      }
      return files;
    } catch (IOException failure) {
      throw new UncheckedIOException("Path '" + path + "' cannot be read: " + failure, failure);
    }
  }

  /** Removes what an earlier save into the directory had more than {@code parts}, and marks this one as complete. */
  static void complete(Path directory, int parts) throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(file -> isPartFrom(parts, file)).toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.write(directory.resolve("_SUCCESS"), new byte[0]);
  }

  private static boolean isPartFrom(int first, Path file) {
    String name = file.getFileName().toString();
    return name.matches("part-\\d{5}") && Integer.parseInt(name.substring(5)) >= first;
  }

  /** Whether a file is read through gzip, and therefore only from its beginning. */
  static boolean isCompressed(String file) {
    return file.endsWith(".gz");
  }

  /** Opens a file for reading, decompressed. */
  static InputStream open(String file) throws IOException {
    InputStream bytes =
        new BufferedInputStream(Files.newInputStream(Locations.path(file)), BUFFER_BYTES);
    return isCompressed(file) ? inflated(bytes) : bytes;
  }

  private static InputStream inflated(InputStream bytes) throws IOException {
    try {
      return new GZIPInputStream(bytes, BUFFER_BYTES);
    } catch (IOException malformed) {
      bytes.close();
      throw malformed;
    }
  }

  /** Divides files into at least {@code atLeast} parts if they are long enough; a compressed one is one part. */
  static List<Part> divide(List<Path> files, int atLeast) {
    try {
      long total = 0;
      for (Path file : files) {
        total += Files.size(file);
      }
      long partBytes = Math.max(1, Math.min(MAX_PART_BYTES, (total + atLeast - 1) / atLeast));
      List<Part> parts = new ArrayList<>();
      for (Path file : files) {
        String name = file.toAbsolutePath().toString();
        if (isCompressed(name)) {
          parts.add(Part.whole(name));
          continue;
        }
        long size = Files.size(file);
        for (long from = 0; from < size; from += partBytes) {
          parts.add(new Part(name, from, Math.min(size, from + partBytes)));
        }
      }
      return parts;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads lines as they are asked for; the file is closed at the end. */
  private static final class Lines implements Iterator<String>, AutoCloseable {
    private final ReadableByteChannel file;
    private final long to;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private long position;

    Lines(Part part) throws IOException {
      this.to = part.to;
      this.position = Math.max(0, part.from - 1);
      this.file = isCompressed(part.file)
          ? Channels.newChannel(open(part.file))
          : Files.newByteChannel(Locations.path(part.file)).position(position);
      if (part.from > 0) {
        // The line that begins before this part belongs to the part before, also if it ends here.
        line();
      }
    }

    @Override
    public boolean hasNext() {
      try {
        if (position < to && fill()) {
          return true;
        }
        file.close();
        return false;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        return line();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(128);
      while (fill()) {
        byte next = buffer.get();
        position++;
        if (next == '\n') {
          break;
        }
        line.write(next);
      }
      String text = line.toString(StandardCharsets.UTF_8);
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private boolean fill() throws IOException {
      if (!buffer.hasRemaining() && file.isOpen()) {
        buffer.clear();
        int read = file.read(buffer);
        buffer.flip();
        return read > 0;
      }
      return buffer.hasRemaining();
    }
  }
}
