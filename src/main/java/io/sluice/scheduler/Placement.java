package io.sluice.scheduler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which worker owns each partition of keyed data, and which one stands by with a copy.
 *
 * <p>Owners change only when they must, since state lies with them: a lost owner's standby, which has the
 * copy, takes its place. Standbys are chosen next to their owners and count only once they are synced.
 */
final class Placement {

  /** A copy to be made: everything of a partition from its owner to its new standby. */
  record Copy(int partition, String owner, String standby) {}

  private final int partitions;
  private final List<String> owners = new ArrayList<>();
  private final List<String> standbys = new ArrayList<>();
  private final Set<Integer> synced = new HashSet<>();
  private final Map<Integer, String> moving = new TreeMap<>();

  Placement(int partitions) {
    this.partitions = partitions;
  }

  Decision.Placed placed() {
    return new Decision.Placed(
        List.copyOf(owners), List.copyOf(standbys), synced.stream().sorted().toList());
  }

  /** Owners have taken over what others have left; who stands by has nothing yet. */
  void ownersOnly() {
    synced.clear();
  }

  /** Takes over what an earlier driver has decided. */
  void restore(Decision.Placed placed) {
    owners.clear();
    owners.addAll(placed.owners());
    standbys.clear();
    standbys.addAll(placed.standbys());
    synced.clear();
    synced.addAll(placed.synced());
  }

  boolean isEmpty() {
    return owners.isEmpty();
  }

  /** Whether some worker has no part in it. */
  boolean isOutdated(List<String> workers) {
    return !new HashSet<>(owners).equals(new HashSet<>(workers)) && partitions >= workers.size();
  }

  List<String> owners() {
    return List.copyOf(owners);
  }

  /** The standbys that are synced; the owner itself where there is none. Empty with one worker. */
  List<String> standbys() {
    if (synced.isEmpty()) {
      return List.of();
    }
    List<String> ready = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      ready.add(synced.contains(partition) ? standbys.get(partition) : owners.get(partition));
    }
    return ready;
  }

  String owner(int partition) {
    return owners.get(partition % partitions);
  }

  /** Spreads the partitions evenly; nothing is held yet, so every standby is in sync. */
  void assign(List<String> workers) {
    owners.clear();
    standbys.clear();
    synced.clear();
    for (int partition = 0; partition < partitions; partition++) {
      owners.add(workers.get(partition % workers.size()));
      standbys.add(workers.get((partition + 1) % workers.size()));
      if (workers.size() > 1) {
        synced.add(partition);
      }
    }
  }

  /**
   * Takes a lost worker out.
   *
   * @return the partitions whose only copy is gone; with the last worker all, and nobody owns them
   */
  Set<Integer> remove(String worker, List<String> left) {
    moving.clear();
    Set<Integer> lost = new HashSet<>();
    if (left.isEmpty()) {
      for (int partition = 0; partition < partitions; partition++) {
        lost.add(partition);
      }
      owners.clear();
      standbys.clear();
      synced.clear();
      return lost;
    }
    for (int partition = 0; partition < partitions; partition++) {
      if (owners.get(partition).equals(worker)) {
        if (!synced.contains(partition)) {
          lost.add(partition);
        }
        String heir = synced.contains(partition) ? standbys.get(partition) : leastLoaded(left);
        owners.set(partition, heir);
        synced.remove(partition);
      } else if (standbys.get(partition).equals(worker)) {
        synced.remove(partition);
      }
    }
    return lost;
  }

  /** Whether every partition of the worker has a standby that could take over. */
  boolean canSpare(String worker) {
    for (int partition = 0; partition < owners.size(); partition++) {
      if (owners.get(partition).equals(worker) && !synced.contains(partition)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Chooses standbys where none is in sync and names the copies to make.
   *
   * @param workers that can stand by; an owner that is about to leave is not among them
   */
  List<Copy> missingCopies(List<String> workers) {
    List<Copy> copies = new ArrayList<>();
    if (workers.isEmpty()) {
      return copies;
    }
    giveNewWorkersAShare(workers);
    moving.forEach(
        (partition, standby) -> copies.add(new Copy(partition, owners.get(partition), standby)));
    for (int partition = 0; partition < partitions; partition++) {
      if (!synced.contains(partition) && !moving.containsKey(partition)) {
        String owner = owners.get(partition);
        List<String> others = after(owner, workers);
        if (!others.contains(standbys.get(partition)) && !others.isEmpty()) {
          standbys.set(partition, others.get(partition % others.size()));
        }
        if (!others.isEmpty()) {
          copies.add(new Copy(partition, owner, standbys.get(partition)));
        }
      }
    }
    return copies;
  }

  /** All workers but one, beginning with the one after it. */
  private static List<String> after(String worker, List<String> workers) {
    List<String> others = new ArrayList<>(workers);
    Collections.rotate(others, -workers.indexOf(worker));
    others.remove(worker);
    return others;
  }

  /** The worker has everything, and is the partition's standby from now on. */
  void copied(int partition, String standby) {
    moving.remove(partition);
    standbys.set(partition, standby);
    synced.add(partition);
  }

  /** Hands partitions to workers that have fewer than their share, from those that have more: owner and standby swap. */
  List<Integer> rebalance(List<String> workers) {
    List<Integer> moved = new ArrayList<>();
    for (int partition : synced.stream().sorted().toList()) {
      String from = owners.get(partition);
      String to = standbys.get(partition);
      if (load(from) > load(to) + 1 && workers.contains(to)) {
        owners.set(partition, to);
        standbys.set(partition, from);
        moved.add(partition);
      }
    }
    return moved;
  }

  /**
   * A worker below its share becomes the standby of partitions that it will then take over. Until it has the copy the standby
   * before stays: no batch runs meanwhile, so that it misses nothing.
   */
  private void giveNewWorkersAShare(List<String> workers) {
    moving.clear();
    int share = partitions / workers.size();
    for (String worker : workers) {
      for (long load = load(worker); load < share; load++) {
        String richest =
            Collections.max(workers, (left, right) -> Long.compare(load(left), load(right)));
        for (int partition = 0; partition < partitions; partition++) {
          if (owners.get(partition).equals(richest)
              && !standbys.get(partition).equals(worker)
              && !moving.containsKey(partition)) {
            moving.put(partition, worker);
            break;
          }
        }
      }
    }
  }

  private String leastLoaded(List<String> workers) {
    return Collections.min(workers, (left, right) -> Long.compare(load(left), load(right)));
  }

  private long load(String worker) {
    Map<String, Long> loads = new HashMap<>();
    owners.forEach(owner -> loads.merge(owner, 1L, Long::sum));
    return loads.getOrDefault(worker, 0L);
  }
}
