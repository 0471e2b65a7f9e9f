package io.sluice.connector.http;

import io.sluice.connector.http.Ending.Kind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before a server is asked again: longer each time it fails in the same way, from the beginning once data has come.
 * Up to a fifth is added by chance, so that many receivers do not come back at the same moment.
 */
final class Backoff {

  private static final Duration NETWORK_STEP = Duration.ofMillis(250);
  private static final Duration NETWORK_MOST = Duration.ofSeconds(16);
  private static final Duration SERVER_FIRST = Duration.ofSeconds(5);
  private static final Duration SERVER_MOST = Duration.ofSeconds(320);
  private static final Duration LIMITED_FIRST = Duration.ofMinutes(1);
  private static final Duration LIMITED_MOST = Duration.ofMinutes(16);
  private static final Duration REFUSED = Duration.ofMinutes(5);
  private static final Duration ASKED_LEAST = Duration.ofSeconds(1);
  private static final Duration ASKED_MOST = Duration.ofHours(1);
  private static final double JITTER = 0.2;
  private static final int MOST_DOUBLINGS = 20;

  private final DoubleSupplier chance;
  private final Map<Kind, Integer> failures = new EnumMap<>(Kind.class);

  /**
   * @param chance numbers from 0 to 1
   */
  Backoff(DoubleSupplier chance) {
    this.chance = chance;
  }

  /** The time to wait after a connection has ended so. */
  Duration after(Ending ending) {
    int times = failures.merge(ending.kind(), 1, Integer::sum);
    Duration own = switch (ending.kind()) {
      case NETWORK -> least(NETWORK_STEP.multipliedBy(times), NETWORK_MOST);
      case SERVER -> doubled(SERVER_FIRST, times, SERVER_MOST);
      case LIMITED -> doubled(LIMITED_FIRST, times, LIMITED_MOST);
      case REFUSED -> REFUSED;
      case OVER -> throw new IllegalArgumentException("Nothing follows: " + ending.reason());
    };
    return withJitter(chosen(ending.kind(), own, ending.asked()));
  }

  /** Data has come. */
  void reset() {
    failures.clear();
  }

  /** What the server asks for counts, but a connection that always breaks must not be made without end. */
  private static Duration chosen(Kind kind, Duration own, @Nullable Duration asked) {
    if (asked == null) {
      return own;
    }
    Duration bounded = least(asked, ASKED_MOST);
    return most(bounded, kind == Kind.NETWORK ? own : ASKED_LEAST);
  }

  private static Duration doubled(Duration first, int times, Duration most) {
    return least(first.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS)), most);
  }

  private Duration withJitter(Duration time) {
    return time.plusMillis((long) (time.toMillis() * JITTER * chance.getAsDouble()));
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Duration most(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
