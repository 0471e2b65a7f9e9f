package io.sluice.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where receivers may run: on the host they prefer, and spread evenly.
 *
 * <p>A candidate is the name of a worker, or a preferred host that has none.
 */
final class ReceiverPlacement {

  /** A receiver to be placed; an empty host is no preference. */
  record Wish(int stream, String preferredHost) {}

  /** A worker that is up. */
  record Site(String worker, String host) {}

  private ReceiverPlacement() {}

  /** Candidates for receivers of which none runs yet, by stream; workers that would be idle become further candidates. */
  static Map<Integer, List<String>> placeAll(List<Wish> receivers, List<Site> sites) {
    Map<Integer, List<String>> candidates = new LinkedHashMap<>();
    receivers.forEach(receiver -> candidates.put(receiver.stream(), new ArrayList<>()));
    if (sites.isEmpty() || receivers.isEmpty()) {
      return candidates;
    }
    Map<String, Integer> load = new LinkedHashMap<>();
    sites.forEach(site -> load.put(site.worker(), 0));
    for (Wish receiver : receivers) {
      if (!receiver.preferredHost().isEmpty()) {
        String chosen = leastLoaded(load, workersOn(receiver.preferredHost(), sites))
            .orElse(receiver.preferredHost());
        candidates.getOrDefault(receiver.stream(), List.of()).add(chosen);
        load.computeIfPresent(chosen, (worker, count) -> count + 1);
      }
    }
    for (List<String> chosen : candidates.values()) {
      if (chosen.isEmpty()) {
        String worker = leastLoaded(load, List.copyOf(load.keySet())).orElseThrow();
        chosen.add(worker);
        load.merge(worker, 1, Integer::sum);
      }
    }
    for (Map.Entry<String, Integer> worker : load.entrySet()) {
      if (worker.getValue() == 0) {
        fewest(candidates).add(worker.getKey());
      }
    }
    return candidates;
  }

  /**
   * Candidates for one receiver while others run: its preferred host, and the idle workers, or those with the least weight when
   * none is idle.
   *
   * @param others for each other receiver the workers on which it may run, one if it runs; each weighs 1 in all
   */
  static List<String> placeAgain(
      String preferredHost, List<? extends List<String>> others, List<Site> sites) {
    if (sites.isEmpty()) {
      return List.of();
    }
    Map<String, Double> weights = new LinkedHashMap<>();
    sites.forEach(site -> weights.put(site.worker(), 0.0));
    for (List<String> other : others) {
      for (String worker : other) {
        weights.computeIfPresent(worker, (known, weight) -> weight + 1.0 / other.size());
      }
    }
    double least =
        weights.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    Set<String> candidates = new LinkedHashSet<>();
    List<String> preferred = workersOn(preferredHost, sites);
    if (!preferredHost.isEmpty()) {
      candidates.add(preferred.stream()
          .min(Comparator.comparing(worker -> weights.getOrDefault(worker, 0.0)))
          .orElse(preferredHost));
    }
    weights.forEach((worker, weight) -> {
      if (weight <= least) {
        candidates.add(worker);
      }
    });
    return List.copyOf(candidates);
  }

  private static List<String> workersOn(String host, List<Site> sites) {
    return sites.stream()
        .filter(site -> site.host().equals(host))
        .map(Site::worker)
        .toList();
  }

  private static Optional<String> leastLoaded(Map<String, Integer> load, List<String> among) {
    return among.stream().min(Comparator.comparing(worker -> load.getOrDefault(worker, 0)));
  }

  private static List<String> fewest(Map<Integer, List<String>> candidates) {
    return candidates.values().stream().min(Comparator.comparing(List::size)).orElseThrow();
  }
}
