package io.sluice.plan;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Length and slide of a window in milliseconds, both multiples of the slide of its input. */
public record WindowSpec(long lengthMillis, long slideMillis, long inputSlideMillis)
    implements Serializable {

  public static WindowSpec of(Duration length, Duration slide, long inputSlideMillis) {
    check("length", length, inputSlideMillis);
    check("slide", slide, inputSlideMillis);
    return new WindowSpec(length.toMillis(), slide.toMillis(), inputSlideMillis);
  }

  private static void check(String what, @Nullable Duration value, long inputSlideMillis) {
    if (value == null) {
      throw new NullPointerException(
          "Window " + what + " is null; it must be a positive multiple of the stream's slide.");
    }
    long millis = value.toMillis();
    if (millis <= 0
        || millis % inputSlideMillis != 0
        || !Duration.ofMillis(millis).equals(value)) {
      throw new IllegalArgumentException(
          "Window %s of %s does not fit a stream that slides by %s; length and slide must be positive multiples of it."
              .formatted(
                  what, Millis.text(value), Millis.text(Duration.ofMillis(inputSlideMillis))));
    }
  }

  /** The input's batch times inside the window that ends at {@code end}, oldest first. */
  public long[] batches(long end, long zeroMillis) {
    return between(end - lengthMillis, end, zeroMillis);
  }

  /** The input's batch times that entered since the previous window. */
  public long[] entered(long end, long zeroMillis) {
    return between(Math.max(end - slideMillis, end - lengthMillis), end, zeroMillis);
  }

  /** The input's batch times that left since the previous window. */
  public long[] left(long end, long zeroMillis) {
    long previousEnd = end - slideMillis;
    return between(
        previousEnd - lengthMillis, Math.min(previousEnd, end - lengthMillis), zeroMillis);
  }

  private long[] between(long after, long upTo, long zeroMillis) {
    long first = Math.max(after, zeroMillis) + inputSlideMillis;
    if (first > upTo) {
      return new long[0];
    }
    long[] times = new long[(int) ((upTo - first) / inputSlideMillis) + 1];
    for (int i = 0; i < times.length; i++) {
      times[i] = first + i * inputSlideMillis;
    }
    return times;
  }
}
