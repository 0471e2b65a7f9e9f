package bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The data of every workload: lines of exactly 100 bytes, words by Zipf's law from 10,000, always the same. */
public final class Text {

  public static final int LINE_BYTES = 100;
  public static final int LINES = Integer.getInteger("lines", 500_000);
  public static final int VOCABULARY = 10_000;

  /** A word in about one line of sixty. */
  public static final String NEEDLE = "sparkle";

  /** What follows the data: keeps time going where time is what the data bring. It has no words. */
  public static final String TICK = " ";

  private static final int NEEDLE_RANK = 99;
  private static String[] lines;
  private static byte[] bytes;

  private Text() {}

  public static synchronized byte[] bytes() {
    if (bytes == null) {
      bytes = make();
    }
    return bytes;
  }

  public static synchronized String[] lines() {
    if (lines == null) {
      byte[] all = bytes();
      String[] made = new String[LINES];
      for (int i = 0; i < LINES; i++) {
        made[i] =
            new String(all, i * LINE_BYTES, LINE_BYTES - 1, StandardCharsets.ISO_8859_1);
      }
      settle();
      lines = made;
    }
    return lines;
  }

  /**
   * Has the data lie in the heap in the order they were made in: a full collection keeps it. A young one does not, and comes before the
   * measurement with some engines and not with others; reading data scattered by it took W1 up to half as long again.
   */
  static void settle() {
    System.gc();
  }

  private static byte[] make() {
    SplittableRandom random = new SplittableRandom(11);
    byte[][] words = words(random);
    List<List<byte[]>> byLength = new ArrayList<>();
    for (int length = 0; length <= 12; length++) {
      byLength.add(new ArrayList<>());
    }
    for (byte[] word : words) {
      byLength.get(word.length).add(word);
    }
    double[] zipf = zipf();
    byte[] out = new byte[LINES * LINE_BYTES];
    int at = 0;
    for (int line = 0; line < LINES; line++) {
      int left = LINE_BYTES - 1;
      while (left > 0) {
        byte[] word = words[draw(zipf, random)];
        int after = left - word.length;
        if (after != 0 && after < 4) {
          if (left > 12 || byLength.get(left).isEmpty()) {
            continue;
          }
          List<byte[]> fitting = byLength.get(left);
          word = fitting.get(random.nextInt(fitting.size()));
        }
        System.arraycopy(word, 0, out, at, word.length);
        at += word.length;
        left -= word.length;
        if (left > 0) {
          out[at++] = ' ';
          left--;
        }
      }
      out[at++] = '\n';
    }
    return out;
  }

  private static byte[][] words(SplittableRandom random) {
    Set<String> words = new LinkedHashSet<>();
    while (words.size() < VOCABULARY) {
      int length = 3 + Math.min(6, random.nextInt(4) + random.nextInt(4));
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < length; i++) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words.add(words.size() == NEEDLE_RANK ? NEEDLE : word.toString());
    }
    return words.stream()
        .map(word -> word.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  private static double[] zipf() {
    double[] cumulative = new double[VOCABULARY];
    double sum = 0;
    for (int rank = 0; rank < VOCABULARY; rank++) {
      sum += 1.0 / (rank + 1);
      cumulative[rank] = sum;
    }
    for (int rank = 0; rank < VOCABULARY; rank++) {
      cumulative[rank] /= sum;
    }
    return cumulative;
  }

  private static int draw(double[] cumulative, SplittableRandom random) {
    int found = Arrays.binarySearch(cumulative, random.nextDouble());
    return Math.min(VOCABULARY - 1, found >= 0 ? found : -found - 1);
  }
}
