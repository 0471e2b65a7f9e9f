package io.sluice.scheduler;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The counters of a program: what committed batches have added to each. Thread-safe. */
public final class Counters {

  private final Map<String, AtomicLong> totals = new ConcurrentHashMap<>();

  /** The counter's total, 0 if nothing was added yet. */
  public AtomicLong total(String name) {
    return totals.computeIfAbsent(name, unknown -> new AtomicLong());
  }

  /** All totals by name. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    totals.forEach((name, total) -> all.put(name, total.get()));
    return all;
  }

  /** Goes on from the totals that an earlier driver has written down. */
  void restore(Map<String, Long> known) {
    known.forEach((name, total) -> total(name).set(total));
  }

  void add(Map<String, Long> added) {
    added.forEach((name, by) -> total(name).addAndGet(by));
  }
}
