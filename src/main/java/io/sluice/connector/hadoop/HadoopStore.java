package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** What HDFS and S3 have in common. */
abstract class HadoopStore implements Store {

  /** Something that waits for a server. */
  @FunctionalInterface
  interface Call<R> {
    R run(Path path) throws IOException;
  }

  private final FileSystem files;
  private final URI root;

  /** @param files not shared, since whoever closes a shared one closes it for all */
  HadoopStore(FileSystem files, URI root) {
    this.files = files;
    this.root = root;
  }

  static FileSystem connect(URI root, Configuration configuration) throws IOException {
    try {
      return FileSystem.newInstance(root, configuration);
    } catch (IOException failure) {
      throw Failures.explained(root.toString(), failure);
    } catch (IllegalArgumentException failure) {
      if (failure.getCause() instanceof UnknownHostException unknown) {
        throw Failures.explained(root.toString(), unknown);
      }
      throw failure;
    }
  }

  final FileSystem files() {
    return files;
  }

  /** The path with its scheme, for people. */
  final String named(String path) {
    return root.resolve("/") + path.substring(1);
  }

  final Path path(String path) {
    return new Path(root.getScheme(), root.getAuthority(), path);
  }

  /** Runs a call, and says of a failure what was to be done with which file. */
  final <R> R call(String path, Call<R> call) throws IOException {
    try {
      return call.run(path(path));
    } catch (IOException failure) {
      throw Failures.explained(named(path), failure);
    }
  }

  /** Tells a file from others that have or had its name; null if that is not known. */
  abstract @Nullable String key(FileStatus file);

  final Attributes attributes(FileStatus file) {
    return new Attributes(
        file.getLen(), file.getModificationTime(), file.isDirectory(), key(file), file);
  }

  @Override
  public Attributes attributes(String path) throws IOException {
    return call(path, found -> attributes(files.getFileStatus(found)));
  }

  @Override
  public List<Child> list(String directory) throws IOException {
    FileStatus[] found = call(directory, files::listStatus);
    if (found.length == 1 && found[0].getPath().toUri().getPath().equals(directory)) {
      throw new NotDirectoryException(named(directory));
    }
    List<Child> children = new ArrayList<>();
    for (FileStatus file : found) {
      children.add(new Child(file.getPath().getName(), attributes(file)));
    }
    return children;
  }

  abstract FSDataInputStream open(Path file, FileStatus known) throws IOException;

  /** How much of an open file can be read. */
  abstract long size(FSDataInputStream file, FileStatus known) throws IOException;

  @Override
  public Reading open(String file, Attributes known) throws IOException {
    FileStatus status = (FileStatus) known.origin();
    FSDataInputStream in = call(file, found -> open(found, status));
    return new Reading() {
      @Override
      public long size() throws IOException {
        return call(file, unused -> HadoopStore.this.size(in, status));
      }

      @Override
      public int read(long position, byte[] into, int offset, int length) throws IOException {
        return call(file, unused -> {
          if (position >= HadoopStore.this.size(in, status)) {
            return -1;
          }
          in.seek(position);
          return in.read(into, offset, length);
        });
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  @Override
  public void makeDirectory(String directory) throws IOException {
    var unused = call(directory, files::mkdirs);
  }

  @Override
  public void delete(String path) throws IOException {
    if (!call(path, found -> files.delete(found, false))) {
      throw new NoSuchFileException(named(path));
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
