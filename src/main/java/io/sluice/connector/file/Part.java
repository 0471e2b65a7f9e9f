package io.sluice.connector.file;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * What one attempt has written of one partition of a batch.
 *
 * @param token tells it from other attempts
 * @param suffix of the files that everybody can see
 * @param files in the order in which they were begun
 */
record Part(long batchMillis, int partition, String token, String suffix, List<Written> files) {

  /**
   * A file.
   *
   * @param directory below that of the sink; empty for none
   */
  record Written(String directory, long records, long bytes) {}

  private static final String SEPARATOR = "\t";
  private static final int HEAD_WORDS = 4;
  private static final int FILE_WORDS = 3;

  Part {
    files = List.copyOf(files);
  }

  /** The name of a file that everybody can see, with the directories below that of the sink. */
  String name(int file) {
    String directory = files.get(file).directory();
    return (directory.isEmpty() ? "" : directory + "/")
        + String.format(Locale.ROOT, "part-%013d-%05d-%03d", batchMillis, partition, file)
        + suffix;
  }

  /** The name of a file before its commit. */
  String hidden(int file) {
    return hidden(batchMillis, partition, token, file);
  }

  /** The name of a file with the text of a part that is too long for the ledger. */
  static String hiddenList(long batchMillis, int partition, String token) {
    return String.format(Locale.ROOT, "%d-%d-%s-list.tmp", batchMillis, partition, token);
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
    Written written = files.get(file);
    return new FileManifest.Entry(
        Instant.ofEpochMilli(batchMillis),
        partition,
        name(file),
        written.records(),
        written.bytes());
  }

  /** The part as a text, for {@link #parse}. */
  String text() {
    StringJoiner text = new StringJoiner(SEPARATOR)
        .add(String.valueOf(batchMillis))
        .add(String.valueOf(partition))
        .add(token)
        .add(suffix);
    for (Written file : files) {
      text.add(file.directory())
          .add(String.valueOf(file.records()))
          .add(String.valueOf(file.bytes()));
    }
    return text.toString();
  }

  static Part parse(String text) {
    String[] words = text.split(SEPARATOR, -1);
    List<Written> files = new ArrayList<>();
    for (int word = HEAD_WORDS; word + FILE_WORDS <= words.length; word += FILE_WORDS) {
      files.add(new Written(
          words[word], Long.parseLong(words[word + 1]), Long.parseLong(words[word + 2])));
    }
    return new Part(
        Long.parseLong(words[0]), Integer.parseInt(words[1]), words[2], words[3], files);
  }
}
