package io.sluice.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Where copies of what workers keep lie. */
public final class Keepers {
  private Keepers() {}

  /**
   * Where the copy of what a worker keeps for a partition goes: its standby, or the owner if the worker is
   * the standby; nowhere without standbys.
   */
  public static Optional<String> copyHolder(
      List<String> owners, List<String> standbys, int partition, String worker) {
    if (standbys.isEmpty()) {
      return Optional.empty();
    }
    String standby = standbys.get(partition % standbys.size());
    String owner = owners.get(partition % owners.size());
    return Optional.of(standby.equals(worker) ? owner : standby)
        .filter(holder -> !holder.equals(worker));
  }

  /** Where something is kept: on the worker itself, and as copies on the workers after it. */
  public static List<String> of(List<String> owners, String worker, int copies) {
    List<String> others = new ArrayList<>(owners.stream().distinct().toList());
    Collections.rotate(others, -others.indexOf(worker));
    others.remove(worker);
    List<String> keepers = new ArrayList<>(List.of(worker));
    keepers.addAll(others.subList(0, Math.min(copies - 1, others.size())));
    return keepers;
  }
}
