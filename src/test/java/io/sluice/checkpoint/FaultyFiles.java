package io.sluice.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Files on disk whose operations fail when the test says so. */
final class FaultyFiles implements SegmentFiles {

  /** What a test lets fail. */
  interface Fault {
    void before(String operation, Path file) throws IOException;
  }

  final AtomicInteger forces = new AtomicInteger();
  volatile Fault fault = (operation, file) -> {};
  private final SegmentFiles disk = SegmentFiles.disk();

  @Override
  public void makeDirectory(Path directory) throws IOException {
    fault.before("makeDirectory", directory);
    disk.makeDirectory(directory);
  }

  @Override
  public Output create(Path file) throws IOException {
    fault.before("create", file);
    Output output = disk.create(file);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        fault.before("write", file);
        output.write(bytes);
      }

      @Override
      public void force() throws IOException {
        fault.before("force", file);
        forces.incrementAndGet();
        output.force();
      }

      @Override
      public void close() throws IOException {
        output.close();
      }
    };
  }

  @Override
  public byte[] read(Path file) throws IOException {
    fault.before("read", file);
    return disk.read(file);
  }

  @Override
  public long size(Path file) throws IOException {
    return disk.size(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    fault.before("list", directory);
    return disk.list(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    fault.before("delete", file);
    disk.delete(file);
  }
}
