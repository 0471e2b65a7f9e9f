package io.sluice.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which nodes hold the ledger of a context: an odd number of those that answer, the driver's among them. Two would be
 * worse than one, because the loss of either stops both.
 */
final class LedgerSeats {

  /** A change of the nodes that hold the ledger. */
  record Change(String address, boolean adds) {}

  private final String own;
  private final int wanted;
  private final int patience;
  private final Map<String, Integer> silentBeats = new HashMap<>();

  /**
   * @param own the driver's node
   * @param wanted how many nodes hold the ledger if there are enough
   * @param patience how many beats a node may be silent
   */
  LedgerSeats(String own, int wanted, int patience) {
    this.own = own;
    this.wanted = wanted;
    this.patience = patience;
  }

  void heard(String address) {
    silentBeats.put(address, 0);
  }

  void beat() {
    silentBeats.replaceAll((address, silent) -> silent + 1);
    silentBeats.values().removeIf(silent -> silent > patience);
  }

  boolean isThere(String address) {
    return address.equals(own) || silentBeats.containsKey(address);
  }

  /** Whether most of the members are there. */
  boolean isMajority(List<String> members) {
    return 2 * members.stream().filter(this::isThere).count() > members.size();
  }

  /** Whether most of the members were heard not long ago; a driver for which that is not so can decide nothing. */
  boolean hearsMajority(List<String> members) {
    long heard = members.stream()
        .filter(member ->
            member.equals(own) || silentBeats.getOrDefault(member, patience) <= patience / 2)
        .count();
    return 2 * heard > members.size();
  }

  /**
   * What to change next about the members. A driver that does not hear most of them changes nothing: if it is still
   * heard, a member less may leave those that take over without a majority.
   */
  Optional<Change> next(List<String> members) {
    if (!hearsMajority(members)) {
      return Optional.empty();
    }
    Optional<String> gone = members.stream().filter(member -> !isThere(member)).findFirst();
    if (gone.isPresent()) {
      return gone.map(member -> new Change(member, false));
    }
    List<String> others = new ArrayList<>(silentBeats.keySet());
    others.remove(own);
    int there = others.size() + 1;
    int seats = Math.min(wanted, there % 2 == 0 ? there - 1 : there);
    if (members.size() < seats) {
      return others.stream()
          .filter(address -> !members.contains(address))
          .sorted()
          .findFirst()
          .map(address -> new Change(address, true));
    }
    if (members.size() > seats) {
      return members.stream()
          .filter(member -> !member.equals(own))
          .reduce((first, second) -> second)
          .map(member -> new Change(member, false));
    }
    return Optional.empty();
  }
}
