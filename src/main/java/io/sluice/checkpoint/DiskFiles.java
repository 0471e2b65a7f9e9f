package io.sluice.checkpoint;

import io.sluice.api.Locations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Checkpoint files on a file system, on which files grow. */
final class DiskFiles implements SegmentFiles {

  private record ChannelOutput(FileChannel channel) implements Output {

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public void makeDirectory(Path directory) throws IOException {
    requireGrowingFiles(directory);
    Files.createDirectories(directory);
  }

  /** Each decision is added to a file and forced; an object can only be written as a whole. */
  private static void requireGrowingFiles(Path directory) throws IOException {
    if (Locations.isInObjectStore(directory)) {
      throw new FileSystemException(
          directory.toString(),
          null,
          "a store of objects cannot add to a file and force it, as a checkpoint must; take a directory in HDFS, or one that is mounted on all nodes");
    }
  }

  @Override
  public Output create(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      forceDirectory(directory);
    }
    return new ChannelOutput(channel);
  }

  /** A new name is safe only with its directory; file systems without POSIX do not open those. */
  private static void forceDirectory(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  @Override
  public long size(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    requireGrowingFiles(directory);
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }
}
