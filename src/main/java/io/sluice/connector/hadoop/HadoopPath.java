package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A path in HDFS or S3; an absolute one is written with its scheme. */
final class HadoopPath implements Path {

  private static final long LISTED_NANOS = 2_000_000_000L;

  /** What a listing of the directory has said, so that not every file of it must be asked for again. */
  private record Listed(Attributes attributes, long atNanos) {}

  private final HadoopFileSystem fileSystem;
  private final boolean absolute;
  private final List<String> names;
  private final @Nullable Listed listed;

  HadoopPath(HadoopFileSystem fileSystem, boolean absolute, List<String> names) {
    this(fileSystem, absolute, names, null);
  }

  private HadoopPath(
      HadoopFileSystem fileSystem, boolean absolute, List<String> names, @Nullable Listed listed) {
    this.fileSystem = fileSystem;
    this.absolute = absolute;
    this.names = List.copyOf(names);
    this.listed = listed;
  }

  static HadoopPath of(Path path) {
    if (path instanceof HadoopPath known) {
      return known;
    }
    throw new ProviderMismatchException("'" + path + "' is not in HDFS or S3.");
  }

  static List<String> split(String text) {
    List<String> names = new ArrayList<>();
    for (String name : text.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** The path of something that was found in this directory just now. */
  HadoopPath child(Store.Child child) {
    List<String> longer = new ArrayList<>(names);
    longer.add(child.name());
    return new HadoopPath(
        fileSystem, absolute, longer, new Listed(child.attributes(), System.nanoTime()));
  }

  /** What a listing has said of it, unless that is more than two seconds ago. */
  Optional<Attributes> listed() {
    return Optional.ofNullable(listed)
        .filter(known -> System.nanoTime() - known.atNanos < LISTED_NANOS)
        .map(Listed::attributes);
  }

  /** The path within its file system. */
  String text() {
    return (absolute ? "/" : "") + String.join("/", names);
  }

  @Override
  public HadoopFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public @Nullable HadoopPath getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  @Override
  public @Nullable HadoopPath getFileName() {
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public @Nullable HadoopPath getParent() {
    if (names.size() > 1) {
      return with(absolute, names.subList(0, names.size() - 1));
    }
    return names.isEmpty() ? null : getRoot();
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public HadoopPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public HadoopPath subpath(int begin, int end) {
    if (begin < 0 || begin >= end || end > names.size()) {
      throw new IllegalArgumentException(
          "Path %s has no names from %d to %d.".formatted(this, begin, end));
    }
    return with(false, names.subList(begin, end));
  }

  private HadoopPath with(boolean isAbsolute, List<String> others) {
    return new HadoopPath(fileSystem, isAbsolute, others);
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof HadoopPath that
        && that.fileSystem == fileSystem
        && that.absolute == absolute
        && that.names.size() <= names.size()
        && that.names.equals(names.subList(0, that.names.size()));
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof HadoopPath that) || that.fileSystem != fileSystem) {
      return false;
    }
    int from = names.size() - that.names.size();
    return that.absolute
        ? equals(that)
        : from >= 0 && that.names.equals(names.subList(from, names.size()));
  }

  @Override
  public HadoopPath normalize() {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      boolean up = name.equals("..");
      if (up && !kept.isEmpty() && !kept.get(kept.size() - 1).equals("..")) {
        kept.remove(kept.size() - 1);
      } else if (!name.equals(".") && !(up && absolute)) {
        kept.add(name);
      }
    }
    return with(absolute, kept);
  }

  @Override
  public HadoopPath resolve(Path other) {
    HadoopPath that = of(other);
    if (that.absolute) {
      return that;
    }
    List<String> longer = new ArrayList<>(names);
    longer.addAll(that.names);
    return with(absolute, longer);
  }

  @Override
  public HadoopPath relativize(Path other) {
    HadoopPath that = of(other);
    if (that.absolute != absolute || that.fileSystem != fileSystem) {
      throw new IllegalArgumentException(
          "There is no relative path from '" + this + "' to '" + other + "'.");
    }
    int common = 0;
    while (common < Math.min(names.size(), that.names.size())
        && names.get(common).equals(that.names.get(common))) {
      common++;
    }
    List<String> way = new ArrayList<>();
    for (int up = common; up < names.size(); up++) {
      way.add("..");
    }
    way.addAll(that.names.subList(common, that.names.size()));
    return with(false, way);
  }

  @Override
  public URI toUri() {
    URI root = fileSystem.root();
    try {
      String path = toAbsolutePath().text();
      return new URI(
          root.getScheme(), Objects.requireNonNullElse(root.getAuthority(), ""), path, null, null);
    } catch (URISyntaxException malformed) {
      throw new IllegalStateException(malformed);
    }
  }

  /** Relative paths begin at the root: there is no working directory that all nodes share. */
  @Override
  public HadoopPath toAbsolutePath() {
    return absolute ? this : with(true, names);
  }

  @Override
  public HadoopPath toRealPath(LinkOption... options) throws IOException {
    HadoopPath real = toAbsolutePath().normalize();
    var unused = fileSystem.store().attributes(real.text());
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(of(other).toString());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HadoopPath that
        && that.fileSystem == fileSystem
        && that.absolute == absolute
        && that.names.equals(names);
  }

  @Override
  public int hashCode() {
    return Objects.hash(absolute, names);
  }

  @Override
  public String toString() {
    URI root = fileSystem.root();
    return absolute
        ? root.getScheme() + "://" + Objects.requireNonNullElse(root.getRawAuthority(), "") + text()
        : text();
  }
}
