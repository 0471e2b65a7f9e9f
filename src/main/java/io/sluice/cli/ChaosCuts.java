package io.sluice.cli;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which nodes of a chaos run do not hear which others at the moment. What they say meanwhile waits, as in a network that
 * loses it and sends it again. Thread-safe.
 */
final class ChaosCuts {

  /** What one node says to another. */
  record Way(int from, int to) {}

  private final Set<Way> cut = new HashSet<>();

  /** From now on nothing that {@code from} says reaches {@code to}. */
  synchronized void cut(int from, int to) {
    cut.add(new Way(from, to));
  }

  /**
   * Cuts a group off from all others.
   *
   * @param heard whether the others still hear the group
   * @param hears whether the group still hears the others
   */
  synchronized void isolate(
      Collection<Integer> group, Collection<Integer> all, boolean heard, boolean hears) {
    for (int inside : group) {
      for (int outside : all) {
        if (!group.contains(outside)) {
          if (!heard) {
            cut(inside, outside);
          }
          if (!hears) {
            cut(outside, inside);
          }
        }
      }
    }
  }

  /** From now on all nodes hear each other again. */
  synchronized void heal() {
    cut.clear();
    notifyAll();
  }

  synchronized boolean isOpen(int from, int to) {
    return !cut.contains(new Way(from, to));
  }

  /** Blocks as long as {@code to} does not hear {@code from}. */
  synchronized void awaitOpen(int from, int to) throws InterruptedException {
    while (cut.contains(new Way(from, to))) {
      wait();
    }
  }
}
