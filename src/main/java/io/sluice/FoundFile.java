package io.sluice;

/**
 * A file as a stream of files knows it since a batch.
 *
 * @param path absolute
 * @param size in bytes
 * @param modified when it was last changed, in ISO 8601
 * @param key tells it from another file of this name, and is the same on all nodes; empty if the file system has none
 * @param content stands for what is in it; empty if nobody had to look
 * @param sinceMillis the batch in which it came to its standing
 */
record FoundFile(
    String path,
    long size,
    String modified,
    String key,
    String content,
    Standing standing,
    long sinceMillis) {

  private static final String SEPARATOR = "\t";
  private static final int FIELDS = 6;

  /** What a stream does with a file. */
  enum Standing {
    /** The batch reads it. */
    READ,
    /** It is not read: it was there before the stream, or was only touched. */
    KNOWN,
    /** It is not in the directory; should it come back as it was, it is not read again. */
    AWAY,
    /** It was away for so long that it is another one should it come back. */
    FORGOTTEN
  }

  /** A file as {@link #mark} has described it. */
  static FoundFile of(String path, String mark) {
    String[] fields = mark.split(SEPARATOR, FIELDS);
    return new FoundFile(
        path,
        Long.parseLong(fields[2]),
        fields[3],
        fields[4],
        fields[5],
        Standing.valueOf(fields[0]),
        Long.parseLong(fields[1]));
  }

  /** All but the path, as a text; empty for a file that nobody needs to know. */
  String mark() {
    return standing == Standing.FORGOTTEN
        ? ""
        : String.join(
            SEPARATOR,
            standing.name(),
            String.valueOf(sinceMillis),
            String.valueOf(size),
            modified,
            key,
            content);
  }

  /** The same file with another standing. */
  FoundFile become(Standing now, long batchMillis) {
    return new FoundFile(path, size, modified, key, content, now, batchMillis);
  }
}
