package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@link java.nio.file.Files} for a scheme of Hadoop. Has none of Hadoop's types, since the JDK makes it at every start. */
abstract class HadoopFileSystemProvider extends FileSystemProvider {

  private final Map<String, HadoopFileSystem> fileSystems = new HashMap<>();

  /** Connects to what a path begins with. */
  abstract Store connect(URI root, Map<String, ?> properties) throws IOException;

  /** What must be on the class path for it. */
  abstract String artifacts();

  abstract Set<String> attributeViews();

  /** @throws IllegalStateException if the libraries are not there */
  Store open(URI root, Map<String, ?> properties) throws IOException {
    try {
      return connect(root, properties);
    } catch (LinkageError failure) {
      throw missing(root, failure).orElseThrow(() -> failure);
    } catch (RuntimeException failure) {
      throw missing(root, failure).orElseThrow(() -> failure);
    }
  }

  private Optional<IllegalStateException> missing(URI root, Throwable failure) {
    return MissingLibrary.in(failure).map(missing -> missing.at(root, artifacts()));
  }

  private static URI root(URI path) {
    String authority = Objects.requireNonNullElse(path.getRawAuthority(), "");
    return URI.create(path.getScheme() + "://" + authority + "/");
  }

  /** @param environment properties of Hadoop, as in core-site.xml, for this process alone */
  @Override
  public synchronized FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    URI root = root(uri);
    HadoopFileSystem made = new HadoopFileSystem(this, root, environment);
    if (fileSystems.putIfAbsent(root.toString(), made) != null) {
      throw new FileSystemAlreadyExistsException(root.toString());
    }
    return made;
  }

  @Override
  public synchronized FileSystem getFileSystem(URI uri) {
    HadoopFileSystem known = fileSystems.get(root(uri).toString());
    if (known == null) {
      throw new FileSystemNotFoundException(root(uri).toString());
    }
    return known;
  }

  synchronized void forget(HadoopFileSystem closed) {
    fileSystems.remove(closed.root().toString(), closed);
  }

  @Override
  public synchronized Path getPath(URI uri) {
    return fileSystems
        .computeIfAbsent(
            root(uri).toString(), root -> new HadoopFileSystem(this, URI.create(root), Map.of()))
        .getPath(Objects.requireNonNullElse(uri.getPath(), "/"));
  }

  private static Store store(Path path) throws IOException {
    return HadoopPath.of(path).getFileSystem().store();
  }

  private static String text(Path path) {
    return HadoopPath.of(path).toAbsolutePath().normalize().text();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    requireNone(attributes);
    return Opening.of(options).open(store(path), text(path));
  }

  private static void requireNone(FileAttribute<?>... attributes) {
    if (attributes.length > 0) {
      throw new UnsupportedOperationException(
          "Files in HDFS and S3 are not made with attributes, got " + attributes[0].name() + ".");
    }
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    HadoopPath parent = HadoopPath.of(directory);
    List<Path> children = store(directory).list(text(directory)).stream()
        .<Path>map(parent::child)
        .filter(child -> accepts(filter, child))
        .toList();
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return children.iterator();
      }

      @Override
      public void close() {}
    };
  }

  private static boolean accepts(DirectoryStream.Filter<? super Path> filter, Path child) {
    try {
      return filter.accept(child);
    } catch (IOException failure) {
      throw new DirectoryIteratorException(failure);
    }
  }

  /** That there was none before and that it is made are two steps here. */
  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    requireNone(attributes);
    if (Files.exists(directory)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    store(directory).makeDirectory(text(directory));
  }

  @Override
  public void delete(Path path) throws IOException {
    store(path).delete(text(path));
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) {
    throw new UnsupportedOperationException("Files in HDFS and S3 are not copied here.");
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    List<CopyOption> wanted = Arrays.asList(options);
    boolean atOnce = wanted.contains(StandardCopyOption.ATOMIC_MOVE);
    Store store = store(from);
    if (store != store(to)) {
      throw new AtomicMoveNotSupportedException(
          from.toString(), to.toString(), "they are on different file systems");
    }
    if (atOnce && !store.renamesAtOnce()) {
      throw new AtomicMoveNotSupportedException(
          from.toString(), to.toString(), "a rename is a copy there");
    }
    store.rename(
        text(from), text(to), atOnce || wanted.contains(StandardCopyOption.REPLACE_EXISTING));
  }

  @Override
  public boolean isSameFile(Path one, Path other) {
    return one instanceof HadoopPath
        && other instanceof HadoopPath
        && one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException();
  }

  /** Who may do what is the server's to say, when it is tried. */
  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    var unused = attributes(path);
  }

  private static Attributes attributes(Path path) throws IOException {
    var listed = HadoopPath.of(path).listed();
    return listed.isPresent() ? listed.get() : store(path).attributes(text(path));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (!type.isAssignableFrom(Attributes.class)) {
      throw new UnsupportedOperationException(type.getName());
    }
    return type.cast(attributes(path));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException(names);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException(attribute);
  }
}
