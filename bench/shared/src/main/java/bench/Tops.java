package bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * Checks W3. A window is the sum of its ten slides, so what was counted up to window n is window n and what was
 * counted up to window n - 10: the most frequent word is followed that way, to be compared with all that was given.
 */
public final class Tops {

  private static final int SLIDES = 10;
  private static final long ENOUGH = 1000;

  private static Expected expected;
  private static final Deque<Long> totals = new ArrayDeque<>();
  private static long last;

  private Tops() {}

  static void expect(Expected data) {
    expected = data;
  }

  /** Takes the ten most frequent words of the next window; of every window, in order. */
  public static synchronized void window(Map<String, Long> top) {
    long most = top.getOrDefault(expected.top(), 0L);
    long before = totals.size() == SLIDES ? totals.remove() : 0;
    totals.add(before + most);
    Measure.RESULTS.add(before + most - last);
    last = before + most;
    if (most >= ENOUGH) {
      check(top, most);
    }
  }

  private static void check(Map<String, Long> top, long most) {
    if (top.size() != SLIDES) {
      Measure.fail("a window has " + top.size() + " top words instead of 10");
    }
    double scale = (double) most / expected.shares().get(expected.top());
    top.forEach(
        (word, count) -> {
          double due = expected.shares().getOrDefault(word, 0L) * scale;
          if (Math.abs(count - due) > due / 5) {
            Measure.fail(
                "a window has %s %d times beside %d of %s; %.0f are due"
                    .formatted(word, count, most, expected.top(), due));
          }
        });
  }
}
