package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a file that a task reads.
 *
 * @param size of the file in bytes, when it was found
 * @param from where the part begins, in bytes
 * @param to where it ends; nothing is known of it for a compressed file
 */
record FilePart(String file, long size, long from, long to) {

  private static final String SEPARATOR = "\t";
  private static final int FIELDS = 4;

  /** Divides a file, unless it is compressed. */
  static List<FilePart> divide(FoundFile file, long maxBytes) {
    if (TextFiles.isCompressed(file.path())) {
      return List.of(new FilePart(file.path(), file.size(), 0, Long.MAX_VALUE));
    }
    List<FilePart> parts = new ArrayList<>();
    long from = 0;
    while (file.size() - from > maxBytes) {
      parts.add(new FilePart(file.path(), file.size(), from, from + maxBytes));
      from += maxBytes;
    }
    parts.add(new FilePart(file.path(), file.size(), from, file.size()));
    return parts;
  }

  /** A part as {@link #text} has described it. */
  static FilePart of(String text) {
    String[] fields = text.split(SEPARATOR, FIELDS);
    return new FilePart(
        fields[3], Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
  }

  String text() {
    return size + SEPARATOR + from + SEPARATOR + to + SEPARATOR + file;
  }

  void requireUnchanged() throws IOException {
    long now = Files.size(Locations.path(file));
    if (now != size) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "File '%s' had %d bytes when it was found and has %d now. Write a file elsewhere, and move it into the directory when it is complete."
              .formatted(file, size, now));
    }
  }
}
