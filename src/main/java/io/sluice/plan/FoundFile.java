package io.sluice.plan;

import java.io.Serializable;

/**
 * A file as a stream of files knows it since a batch. It is part of a driver's decisions, so that batches that are run again read
 * the same files, and the next driver finds those that came meanwhile.
 *
 * @param path absolute
 * @param size in bytes
 * @param modified when it was last changed, in ISO 8601
 * @param key tells it from another file of this name, and is the same on all nodes; empty if the file system has none
 * @param content stands for what is in it; empty if nobody had to look
 * @param sinceMillis the batch in which it came to its standing
 */
public record FoundFile(
    String path,
    long size,
    String modified,
    String key,
    String content,
    Standing standing,
    long sinceMillis)
    implements Serializable {

  /** What a stream does with a file. */
  public enum Standing {
    /** The batch reads it. */
    READ,
    /** It is not read: it was there before the stream, or was only touched. */
    KNOWN,
    /** It is not in the directory; should it come back as it was, it is not read again. */
    AWAY,
    /** It was away for so long that it is another one should it come back. */
    FORGOTTEN
  }

  /** The same file with another standing. */
  public FoundFile become(Standing now, long batchMillis) {
    return new FoundFile(path, size, modified, key, content, now, batchMillis);
  }
}
