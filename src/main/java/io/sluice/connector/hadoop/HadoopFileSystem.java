package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One HDFS, or one bucket. It connects with its first use, and stays open until it is closed or the process ends. */
final class HadoopFileSystem extends FileSystem {

  private final HadoopFileSystemProvider provider;
  private final URI root;
  private final Map<String, ?> properties;
  private @Nullable Store store;
  private boolean closed;

  /** @param properties beyond those that are configured */
  HadoopFileSystem(HadoopFileSystemProvider provider, URI root, Map<String, ?> properties) {
    this.provider = provider;
    this.root = root;
    this.properties = Map.copyOf(properties);
  }

  URI root() {
    return root;
  }

  /** @throws IOException if it cannot connect; the next call tries again */
  synchronized Store store() throws IOException {
    if (closed) {
      throw new ClosedFileSystemException();
    }
    Store open = store;
    if (open == null) {
      open = provider.open(root, properties);
      store = open;
    }
    return open;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    provider.forget(this);
    if (store != null) {
      store.close();
    }
  }

  @Override
  public synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(new HadoopPath(this, true, List.of()));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return provider.attributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    List<String> names = new ArrayList<>(HadoopPath.split(first));
    boolean absolute = first.startsWith("/");
    for (String next : more) {
      absolute |= names.isEmpty() && next.startsWith("/");
      names.addAll(HadoopPath.split(next));
    }
    return new HadoopPath(this, absolute, names);
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> path instanceof HadoopPath found && matcher.matches(Path.of(found.text()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
