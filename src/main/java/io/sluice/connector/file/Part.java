package io.sluice.connector.file;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one attempt has written of one partition of a batch.
 *
 * @param token tells it from other attempts
 * @param files in the order in which they were written
 */
record Part(long batchMillis, int partition, String token, List<Size> files) {

  /** How much a file holds. */
  record Size(long records, long bytes) {}

  Part {
    files = List.copyOf(files);
  }

  /** The name of a file that everybody can see. */
  String name(int file) {
    return String.format(Locale.ROOT, "part-%013d-%05d-%03d.txt", batchMillis, partition, file);
  }

  /** The name of a file before its commit. */
  String hidden(int file) {
    return hidden(batchMillis, partition, token, file);
  }

  static String hidden(long batchMillis, int partition, String token, int file) {
    return String.format(Locale.ROOT, "%d-%d-%s-%d.tmp", batchMillis, partition, token, file);
  }

  /** The batch of a file that is not committed; any name that is none of ours gives the greatest number. */
  static long batchOf(String hidden) {
    int dash = hidden.indexOf('-');
    try {
      return hidden.endsWith(".tmp") && dash > 0
          ? Long.parseLong(hidden.substring(0, dash))
          : Long.MAX_VALUE;
    } catch (NumberFormatException foreign) {
      return Long.MAX_VALUE;
    }
  }

  FileManifest.Entry entry(int file) {
    Size size = files.get(file);
    return new FileManifest.Entry(
        Instant.ofEpochMilli(batchMillis), partition, name(file), size.records(), size.bytes());
  }

  /** The part as a short text, for {@link #parse}. */
  String text() {
    StringBuilder text = new StringBuilder()
        .append(batchMillis)
        .append(' ')
        .append(partition)
        .append(' ')
        .append(token);
    files.forEach(size -> text.append(' ').append(size.records()).append(' ').append(size.bytes()));
    return text.toString();
  }

  static Part parse(String text) {
    String[] words = text.split(" ", -1);
    List<Size> files = new ArrayList<>();
    for (int word = 3; word + 1 < words.length; word += 2) {
      files.add(new Size(Long.parseLong(words[word]), Long.parseLong(words[word + 1])));
    }
    return new Part(Long.parseLong(words[0]), Integer.parseInt(words[1]), words[2], files);
  }
}
