package io.sluice.scheduler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What becomes of two workers that do not reach each other while the driver hears both: one is given up, the later by
 * address if both can be spared, and not let in again before the cluster may have noticed.
 */
final class PartedWorkers {

  private static final int BARRED_BEATS = 50;

  private final Map<String, Long> barredUntil = new HashMap<>();

  /** Which of the two to give up; empty if neither can be spared. */
  Optional<String> given(String one, String other, Predicate<String> canSpare, long beat) {
    boolean later = one.compareTo(other) > 0;
    Optional<String> gone = List.of(later ? one : other, later ? other : one).stream()
        .filter(canSpare)
        .findFirst();
    gone.ifPresent(address -> barredUntil.put(address, beat + BARRED_BEATS));
    return gone;
  }

  boolean isBarred(String address, long beat) {
    return barredUntil.getOrDefault(address, 0L) > beat;
  }
}
