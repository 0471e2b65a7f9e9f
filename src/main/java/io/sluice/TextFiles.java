package io.sluice;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the files that a path stands for, and divides text files into parts that tasks read. */
final class TextFiles {

  private static final long MAX_PART_BYTES = 32 << 20;
  private static final int BUFFER_BYTES = 64 << 10;

  private TextFiles() {}

  /** The lines of a file that begin at or after {@code from} and before {@code to}. */
  record Part(String file, long from, long to) implements Serializable {

    Iterator<String> lines() throws IOException {
      return new Lines(this);
    }
  }

  /**
   * The files a path stands for: itself, those in a directory, or those that match a pattern, in the order of their
   * names. As the field's tools do, a directory's files that begin with a dot or an underscore are left out.
   *
   * @throws IllegalArgumentException if there is nothing
   */
  static List<Path> find(@Nullable String path) {
    String local = local(path);
    if (local.contains("://")) {
      throw new IllegalArgumentException("Path '" + path
          + "' is not on a file system. Mount the files on every node, or copy them there.");
    }
    try {
      List<Path> files = new ArrayList<>();
      for (Path match : matches(local)) {
        if (Files.isDirectory(match)) {
          files.addAll(filesIn(match));
        } else {
          files.add(match);
        }
      }
      if (files.isEmpty() && !Files.isDirectory(Path.of(local))) {
        throw new IllegalArgumentException("No file matches '" + path
            + "'. It must exist, under the same path, on the driver and on every worker.");
      }
      return files;
    } catch (IOException failure) {
      throw new UncheckedIOException("Path '" + path + "' cannot be read: " + failure, failure);
    }
  }

  private static String local(@Nullable String path) {
    if (path == null || path.isEmpty()) {
      throw new IllegalArgumentException(
          "Path of files to read is %s; give a file, a directory or a pattern."
              .formatted(path == null ? "null" : "empty"));
    }
    try {
      return path.startsWith("file:") ? Path.of(URI.create(path)).toString() : path;
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "Path '" + path + "' is no URI of a file, such as file:///data/x.txt: "
              + malformed.getMessage(),
          malformed);
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

  /** Divides files into at least {@code atLeast} parts if they are long enough. */
  static List<Part> divide(List<Path> files, int atLeast) {
    try {
      long total = 0;
      for (Path file : files) {
        total += Files.size(file);
      }
      long partBytes = Math.max(1, Math.min(MAX_PART_BYTES, (total + atLeast - 1) / atLeast));
      List<Part> parts = new ArrayList<>();
      for (Path file : files) {
        long size = Files.size(file);
        for (long from = 0; from < size; from += partBytes) {
          String name = file.toAbsolutePath().toString();
          parts.add(new Part(name, from, Math.min(size, from + partBytes)));
        }
      }
      return parts;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static List<Path> matches(String path) throws IOException {
    int wildcard = firstWildcard(path);
    if (wildcard == path.length() || isThere(path)) {
      Path only = Path.of(path);
      return Files.exists(only) ? List.of(only) : List.of();
    }
    int slash = path.lastIndexOf('/', wildcard);
    Path base = slash < 0 ? Path.of("") : Path.of(path.substring(0, slash + 1));
    String pattern = path.substring(slash + 1);
    PathMatcher matcher = matcher(path, pattern);
    int depth = pattern.split("/", -1).length;
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    try (Stream<Path> found =
        Files.find(base, depth, (file, attributes) -> matcher.matches(base.relativize(file)))) {
      return found.sorted().toList();
    }
  }

  private static PathMatcher matcher(String path, String pattern) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException malformed) {
      throw new IllegalArgumentException(
          "Path '%s' is neither a file nor a pattern: %s. Close every [ and {."
              .formatted(path, malformed.getDescription()),
          malformed);
    }
  }

  private static boolean isThere(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (java.nio.file.InvalidPathException pattern) {
      return false;
    }
  }

  private static int firstWildcard(String path) {
    for (int i = 0; i < path.length(); i++) {
      if ("*?[{".indexOf(path.charAt(i)) >= 0) {
        return i;
      }
    }
    return path.length();
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(TextFiles::isData)
          .sorted()
          .toList();
    }
  }

  static boolean isData(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && !name.startsWith("_");
  }

  /** Reads lines as they are asked for; the file is closed at the end. */
  private static final class Lines implements Iterator<String> {
    private final FileChannel file;
    private final long to;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private long position;

    Lines(Part part) throws IOException {
      this.file = FileChannel.open(Path.of(part.file), StandardOpenOption.READ);
      this.to = part.to;
      this.position = Math.max(0, part.from - 1);
      file.position(position);
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
