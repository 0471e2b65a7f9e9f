package io.sluice.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which nodes a driver takes out of a cluster that is Sluice's own, before the resolver has to guess. A node that is heard
 * but cannot reach another one is spared as long as possible; of two that do not reach each other one goes, where the
 * resolver would take out both, and with them perhaps both copies of a partition. A node that has the only copy of
 * something is left to the resolver, which waits longer.
 */
final class Downing {

  private static final int BEATS_WHEN_SILENT = 5;
  private static final int BEATS_WHEN_HEARD = 15;

  private final Map<String, Integer> beats = new HashMap<>();

  /**
   * A beat has passed.
   *
   * @param unreachable addresses of members that some member does not reach
   * @param heard whether the driver itself hears a member
   * @param kept whether a member has the only copy of something
   * @return those to take out now
   */
  List<String> beat(Set<String> unreachable, Predicate<String> heard, Predicate<String> kept) {
    beats.keySet().retainAll(unreachable);
    unreachable.forEach(address -> beats.merge(address, 1, Integer::sum));
    Set<String> silent = new HashSet<>(unreachable);
    silent.removeIf(heard);
    if (!silent.isEmpty()) {
      // What the others do not reach may be just these.
      return silent.stream()
          .filter(address -> beats.getOrDefault(address, 0) > BEATS_WHEN_SILENT)
          .filter(kept.negate())
          .sorted()
          .toList();
    }
    Optional<String> one = unreachable.stream()
        .filter(address -> beats.getOrDefault(address, 0) > BEATS_WHEN_HEARD)
        .filter(kept.negate())
        .max(String::compareTo);
    one.ifPresent(gone -> beats.clear());
    return one.stream().toList();
  }
}
