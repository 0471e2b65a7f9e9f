package io.sluice.connector.hadoop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;
import org.jspecify.annotations.Nullable;

/** Objects in a bucket of S3. */
final class S3aStore extends HadoopStore {

  private static final String ONLY_NEW = "fs.option.create.conditional.overwrite";
  private static final String ONLY_THIS = "fs.option.create.conditional.overwrite.etag";
  private static final int MAX_APPENDED_BYTES = 64 << 20;

  private S3aStore(FileSystem files, URI root) {
    super(files, root);
  }

  static S3aStore connect(URI root, Map<String, ?> properties) throws IOException {
    Configuration configuration = Settings.read(properties);
    // The usual one keeps what it knows of an object, and so reads one that was replaced as it was.
    Settings.setDefault(configuration, "fs.s3a.input.stream.type", "classic");
    return new S3aStore(HadoopStore.connect(root, configuration), root);
  }

  @Override
  @Nullable
  String key(FileStatus file) {
    return file instanceof EtagSource known ? known.getEtag() : null;
  }

  @Override
  FSDataInputStream open(Path file, FileStatus known) throws IOException {
    return FutureIO.awaitFuture(files().openFile(file).withFileStatus(known).build());
  }

  @Override
  long size(FSDataInputStream file, FileStatus known) {
    return known.getLen();
  }

  @Override
  public Writing create(String file, boolean onlyNew) throws IOException {
    return new Upload(file, call(file, path -> {
      FSDataOutputStreamBuilder<?, ?> builder = files().createFile(path).overwrite(!onlyNew);
      return (onlyNew ? builder.must(ONLY_NEW, true) : builder).build();
    }));
  }

  @Override
  public Writing append(String file, @Nullable Attributes found) throws IOException {
    if (found == null) {
      return new Rewriting(file, new ByteArrayOutputStream(), null);
    }
    if (found.size() > MAX_APPENDED_BYTES) {
      throw new IOException(
          "'%s' has %d bytes; to add to a file in S3 is to write it anew, which ends at %d. Give the output another directory."
              .formatted(named(file), found.size(), MAX_APPENDED_BYTES));
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream((int) found.size() + 1024);
    try (Reading old = open(file, found)) {
      byte[] buffer = new byte[64 << 10];
      for (int read = 0; read >= 0; read = old.read(content.size(), buffer, 0, buffer.length)) {
        content.write(buffer, 0, read);
      }
    }
    return new Rewriting(file, content, found.key());
  }

  /** A file that is replaced is never away: another driver may have finished what this one repeats, and deleted what it would be made of. */
  @Override
  public void rename(String from, String to, boolean replace) throws IOException {
    Attributes source = attributes(from);
    if (!call(to, files()::exists)) {
      call(from, path -> {
        if (!files().rename(path, path(to))) {
          throw new IOException("it cannot be renamed to '" + named(to) + "'");
        }
        return true;
      });
    } else if (replace) {
      copy(from, source, to);
      var unused = call(from, path -> files().delete(path, false));
    } else {
      throw new FileAlreadyExistsException(named(to));
    }
  }

  private void copy(String from, Attributes source, String to) throws IOException {
    FileStatus status = (FileStatus) source.origin();
    call(to, target -> {
      try (FSDataInputStream in = open(path(from), status)) {
        upload(in, files().create(target, true));
      }
      return true;
    });
  }

  /** Closed after a failure, an object would be there with what was written of it. */
  private static void upload(InputStream content, FSDataOutputStream out) throws IOException {
    try {
      content.transferTo(out);
    } catch (IOException failure) {
      var unused = out.abort();
      throw failure;
    }
    out.close();
  }

  @Override
  public boolean renamesAtOnce() {
    return false;
  }

  /** An object that is there when it is complete. */
  private final class Upload implements Writing {
    private final String file;
    private final FSDataOutputStream out;

    Upload(String file, FSDataOutputStream out) {
      this.file = file;
      this.out = out;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      call(file, path -> {
        upload(bytes, offset, length);
        return true;
      });
    }

    private void upload(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException failure) {
        var unused = out.abort();
        throw failure;
      }
    }

    @Override
    public void force() throws IOException {
      throw new IOException(
          "'" + named(file) + "' is in S3, where nothing of a file is safe before it is complete");
    }

    @Override
    public void close() throws IOException {
      call(file, path -> {
        out.close();
        return true;
      });
    }
  }

  /** An object that takes the place of one, or of none, unless somebody else has changed that meanwhile. */
  private final class Rewriting implements Writing {
    private final String file;
    private final ByteArrayOutputStream content;
    private @Nullable String replaced;
    private int safe;

    Rewriting(String file, ByteArrayOutputStream content, @Nullable String replaced) {
      this.file = file;
      this.content = content;
      this.replaced = replaced;
      this.safe = content.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      content.write(bytes, offset, length);
    }

    @Override
    public void force() throws IOException {
      if (content.size() > safe) {
        call(file, path -> {
          FSDataOutputStreamBuilder<?, ?> builder = files().createFile(path).overwrite(true);
          upload(
              new ByteArrayInputStream(content.toByteArray()),
              (replaced == null ? builder.must(ONLY_NEW, true) : builder.must(ONLY_THIS, replaced))
                  .build());
          return true;
        });
        safe = content.size();
        replaced = attributes(file).key();
      }
    }

    @Override
    public void close() throws IOException {
      force();
    }
  }
}
