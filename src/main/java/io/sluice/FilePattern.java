package io.sluice;

import io.sluice.api.Locations;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files a path stands for: itself, those in a directory, or those that match a pattern, where a directory that matches stands for
 * the files in it. As the field's tools do, files of a directory whose names begin with a dot or an underscore are left out.
 *
 * @param path absolute, a pattern perhaps
 */
record FilePattern(String path) implements Serializable {

  private static final String WILDCARDS = "*?[{";

  /** The end of the name that "hdfs dfs -put" gives a file until it is complete. */
  private static final String COPIED = "._COPYING_";

  /** @throws IllegalArgumentException if the path is empty, no URI of a file, or not on a file system */
  static FilePattern of(@Nullable String given) {
    if (given == null || given.isBlank()) {
      throw new IllegalArgumentException(
          "Path of files to read is %s; give a file, a directory or a pattern."
              .formatted(given == null ? "null" : "empty"));
    }
    FilePattern pattern = new FilePattern(local(given));
    var unused = pattern.base();
    return pattern;
  }

  private static String local(String given) {
    try {
      return given.startsWith("file:") ? Path.of(URI.create(given)).toString() : given;
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "Path '" + given + "' is no URI of a file, such as file:///data/x.txt: "
              + malformed.getMessage(),
          malformed);
    }
  }

  /**
   * Whether it is a directory, or a pattern in one that is there.
   *
   * @throws IOException if that cannot be told
   */
  boolean isInDirectory() throws IOException {
    return isDirectory(base());
  }

  /**
   * Whether files can come: into a directory, or in a store of objects under any name that is no object's, since directories are there
   * with their first object only.
   *
   * @throws IOException if that cannot be told
   */
  boolean canGetFiles() throws IOException {
    Path base = base();
    return isDirectory(base) || (Locations.isInObjectStore(base) && !isThere(base));
  }

  /** Other than {@link Files#isDirectory}, tells a directory that is not there from one that cannot be looked at. */
  private static boolean isDirectory(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  private static boolean isThere(Path path) throws IOException {
    try {
      var unused = Files.readAttributes(path, BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  /** The directory below which all files are; the path itself if it has no wildcards. */
  private Path base() {
    if (!isPattern()) {
      return Locations.path(path);
    }
    int slash = path.lastIndexOf('/', firstWildcard());
    return slash < 0 ? Path.of("") : Locations.path(path.substring(0, slash + 1));
  }

  private boolean isPattern() {
    return firstWildcard() < path.length() && !isThere();
  }

  private boolean isThere() {
    try {
      return Files.exists(Locations.path(path));
    } catch (InvalidPathException pattern) {
      return false;
    }
  }

  private int firstWildcard() {
    for (int i = 0; i < path.length(); i++) {
      if (WILDCARDS.indexOf(path.charAt(i)) >= 0) {
        return i;
      }
    }
    return path.length();
  }

  /**
   * The files that are there now, by absolute path, in the order of their names.
   *
   * @throws IllegalArgumentException if the pattern is malformed
   */
  List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path match : matches()) {
      if (Files.isDirectory(match)) {
        files.addAll(filesIn(match));
      } else {
        files.add(match.toAbsolutePath());
      }
    }
    return files;
  }

  private List<Path> matches() throws IOException {
    if (!isPattern()) {
      Path only = Locations.path(path);
      return isThere(only) ? List.of(only) : List.of();
    }
    Path base = base();
    String pattern = path.substring(path.lastIndexOf('/', firstWildcard()) + 1);
    PathMatcher matcher = matcher(base, pattern);
    if (!isDirectory(base)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    int depth = pattern.split("/", -1).length;
    Files.walkFileTree(base, Set.of(), depth, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (isData(file) && matcher.matches(base.relativize(file))) {
          found.add(file);
        }
        return FileVisitResult.CONTINUE;
      }

      /** Files are renamed while others are looked at, and not every directory beside must be readable. */
      @Override
      public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (!(failure instanceof NoSuchFileException) && matcher.matches(base.relativize(file))) {
          throw failure;
        }
        return FileVisitResult.CONTINUE;
      }
    });
    found.sort(null);
    return found;
  }

  private PathMatcher matcher(Path base, String pattern) {
    try {
      return base.getFileSystem().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException malformed) {
      throw new IllegalArgumentException(
          "Path '%s' is neither a file nor a pattern: %s. Close every [ and {."
              .formatted(path, malformed.getDescription()),
          malformed);
    }
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory.toAbsolutePath())) {
      return files
          .filter(Files::isRegularFile)
          .filter(FilePattern::isData)
          .sorted()
          .toList();
    }
  }

  private static boolean isData(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && !name.startsWith("_") && !name.endsWith(COPIED);
  }
}
