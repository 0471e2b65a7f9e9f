package io.sluice.block;

import io.sluice.api.BlockSettings;
import io.sluice.api.ShuffleSettings;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node's share of memory for what shuffles bring, and the disk behind it. Thread-safe.
 *
 * <p>It is not the block store's, which an overload keeps full: a batch that got no room there could not end and free any.
 */
public final class ShuffleSpace implements AutoCloseable {

  private final long boundBytes;
  private final OwnDirectory directory;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong files = new AtomicLong();

  /**
   * @param blocks says where files go
   */
  public ShuffleSpace(ShuffleSettings settings, BlockSettings blocks) {
    this.boundBytes = settings.memoryBytes();
    this.directory = new OwnDirectory(blocks.directory(), "sluice-shuffle-");
  }

  /** Takes memory if there is so much left; true if there was. */
  public boolean reserve(long bytes) {
    if (held.addAndGet(bytes) > boundBytes) {
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Gives back what was reserved. */
  public void release(long bytes) {
    held.addAndGet(-bytes);
  }

  /** Bytes that are reserved now. */
  public long heldBytes() {
    return held.get();
  }

  public long boundBytes() {
    return boundBytes;
  }

  /** A file for what finds no room; whoever asked closes it. */
  public SpillFile newFile() {
    return new SpillFile(directory, files.incrementAndGet() + ".shuffle");
  }

  /** Deletes all files, those that nobody has closed too. */
  @Override
  public void close() {
    directory.close();
  }
}
