package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.util.EnumSet;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.CannotObtainBlockLengthException;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataInputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream.SyncFlag;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;

/**
 * Files in HDFS.
 *
 * <p>All blocks of a file are forced to the disks of their data nodes when the file is closed, and what {@link Writing#force} has made safe before
 * can be read at once, also when its writer was killed.
 */
final class HdfsStore extends HadoopStore {

  /** Pauses in milliseconds, each with how often it is made. */
  private static final String RETRIES = "1000,20,10000,30";

  private final DistributedFileSystem hdfs;

  private HdfsStore(DistributedFileSystem hdfs, URI root) {
    super(hdfs, root);
    this.hdfs = hdfs;
  }

  /** Fails soon if the name node is not there; once it was, calls wait minutes for it to come back. */
  static HdfsStore connect(URI root, Map<String, ?> properties) throws IOException {
    Configuration configuration = Settings.read(properties);
    try (FileSystem first = HadoopStore.connect(root, configuration)) {
      var unused = first.getFileStatus(new Path("/"));
    } catch (IOException failure) {
      throw Failures.explained(root.toString(), failure);
    }
    Settings.setDefault(configuration, "dfs.client.retry.policy.enabled", "true");
    Settings.setDefault(configuration, "dfs.client.retry.policy.spec", RETRIES);
    return new HdfsStore((DistributedFileSystem) HadoopStore.connect(root, configuration), root);
  }

  @Override
  String key(FileStatus file) {
    return file instanceof HdfsFileStatus known ? String.valueOf(known.getFileId()) : "";
  }

  @Override
  FSDataInputStream open(Path file, FileStatus known) throws IOException {
    try {
      return hdfs.open(file);
    } catch (CannotObtainBlockLengthException unknown) {
      new Lease(hdfs, file).endIfAbandoned();
      return hdfs.open(file);
    }
  }

  @Override
  long size(FSDataInputStream file, FileStatus known) throws IOException {
    return file instanceof HdfsDataInputStream blocks ? blocks.getVisibleLength() : known.getLen();
  }

  @Override
  public Writing create(String file, boolean onlyNew) throws IOException {
    EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.CREATE, CreateFlag.SYNC_BLOCK);
    if (!onlyNew) {
      flags.add(CreateFlag.OVERWRITE);
    }
    return call(file, path -> {
      try {
        return new Blocks(
            file,
            hdfs.createNonRecursive(
                path,
                FsPermission.getFileDefault(),
                flags,
                hdfs.getConf().getInt("io.file.buffer.size", 4096),
                hdfs.getDefaultReplication(path),
                hdfs.getDefaultBlockSize(path),
                null),
            hdfs.getDefaultBlockSize(path));
      } catch (IOException failure) {
        throw Lease.isHeld(failure) ? new FileAlreadyExistsException(named(file)) : failure;
      }
    });
  }

  @Override
  public Writing append(String file, @Nullable Attributes known) throws IOException {
    if (known == null) {
      return create(file, true);
    }
    return call(file, path -> {
      new Lease(hdfs, path).end();
      FSDataOutputStream out =
          hdfs.append(path, EnumSet.of(CreateFlag.APPEND, CreateFlag.SYNC_BLOCK), 4096, null);
      return new Blocks(file, out, hdfs.getFileStatus(path).getBlockSize());
    });
  }

  @Override
  public void rename(String from, String to, boolean replace) throws IOException {
    call(from, source -> {
      hdfs.rename(source, path(to), replace ? Rename.OVERWRITE : Rename.NONE);
      return true;
    });
  }

  @Override
  public boolean renamesAtOnce() {
    return true;
  }

  /** A file that is written, and knows in which of its blocks the name node has been told how long it is. */
  private final class Blocks implements Writing {
    private final String file;
    private final FSDataOutputStream out;
    private final long blockBytes;
    private long told = -1;

    Blocks(String file, FSDataOutputStream out, long blockBytes) {
      this.file = file;
      this.out = out;
      this.blockBytes = blockBytes;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      call(file, path -> {
        out.write(bytes, offset, length);
        return true;
      });
    }

    /** Of a block whose length the name node was never told, it would say that it is empty, until data nodes have reported it. */
    @Override
    public void force() throws IOException {
      call(file, path -> {
        long block = out.getPos() / blockBytes;
        if (block != told && out instanceof HdfsDataOutputStream blocks) {
          blocks.hsync(EnumSet.of(SyncFlag.UPDATE_LENGTH));
        } else {
          out.hsync();
        }
        told = block;
        return true;
      });
    }

    @Override
    public void close() throws IOException {
      call(file, path -> {
        out.close();
        return true;
      });
    }
  }
}
