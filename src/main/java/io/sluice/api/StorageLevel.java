package io.sluice.api;

/**
 * Where the blocks of a stream are kept, in what form, and in how many copies.
 *
 * <p>{@code SER} keeps records encoded: smaller, and cheaper for the garbage collector, but decoded by every task that reads
 * them. {@code _2} keeps a copy on a second node. Text received from a socket is kept as its bytes at every level.
 */
public enum StorageLevel {
  MEMORY_ONLY(true, false, false, 1),
  MEMORY_ONLY_SER(true, false, true, 1),
  MEMORY_ONLY_2(true, false, false, 2),
  MEMORY_ONLY_SER_2(true, false, true, 2),
  MEMORY_AND_DISK(true, true, false, 1),
  MEMORY_AND_DISK_SER(true, true, true, 1),
  MEMORY_AND_DISK_2(true, true, false, 2),
  MEMORY_AND_DISK_SER_2(true, true, true, 2),
  DISK_ONLY(false, true, true, 1),
  DISK_ONLY_2(false, true, true, 2);

  private final boolean memory;
  private final boolean disk;
  private final boolean serialized;
  private final int replicas;

  StorageLevel(boolean memory, boolean disk, boolean serialized, int replicas) {
    this.memory = memory;
    this.disk = disk;
    this.serialized = serialized;
    this.replicas = replicas;
  }

  /** Whether blocks may be held in memory. */
  public boolean useMemory() {
    return memory;
  }

  /** Whether blocks may be written to disk: at once if memory is not used, otherwise when memory is full. */
  public boolean useDisk() {
    return disk;
  }

  /** Whether records are kept encoded. */
  public boolean serialized() {
    return serialized;
  }

  /** Copies kept, on as many nodes; a cluster with fewer nodes keeps one on each. */
  public int replicas() {
    return replicas;
  }
}
