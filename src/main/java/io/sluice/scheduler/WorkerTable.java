package io.sluice.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The workers a driver knows, by data address, and at which heartbeat each was last heard of. */
final class WorkerTable {

  /** A worker; {@code up} once it can run tasks, {@code leaving} when its node is ending. */
  record Worker(
      String address,
      long incarnation,
      int slots,
      String host,
      boolean up,
      boolean leaving,
      long heardBeat) {

    private Worker heardAt(long beat) {
      return new Worker(address, incarnation, slots, host, up, leaving, beat);
    }
  }

  private final Map<String, Worker> workers = new LinkedHashMap<>();

  Optional<Worker> get(String address) {
    return Optional.ofNullable(workers.get(address));
  }

  void add(String address, long incarnation, int slots, String host, long beat) {
    workers.put(address, new Worker(address, incarnation, slots, host, false, false, beat));
  }

  /** The worker can run tasks; false if it is not the incarnation that was let in. */
  boolean up(String address, long incarnation, long beat) {
    Worker worker = workers.get(address);
    if (worker == null || worker.incarnation != incarnation || worker.up) {
      return false;
    }
    workers.put(
        address,
        new Worker(address, incarnation, worker.slots, worker.host, true, worker.leaving, beat));
    return true;
  }

  /** Notes a sign of life; false if it comes from a worker that was given up. */
  boolean heard(String address, long incarnation, long beat) {
    Worker worker = workers.get(address);
    if (worker == null || worker.incarnation != incarnation) {
      return false;
    }
    workers.put(address, worker.heardAt(beat));
    return true;
  }

  /** The worker is to be let go; false if it is not the incarnation that was let in, or this is known. */
  boolean leaving(String address, long incarnation) {
    Worker worker = workers.get(address);
    if (worker == null || worker.incarnation != incarnation || worker.leaving) {
      return false;
    }
    workers.put(
        address,
        new Worker(
            address, incarnation, worker.slots, worker.host, worker.up, true, worker.heardBeat));
    return true;
  }

  /** Workers that can run tasks and will go on to. */
  List<Worker> staying() {
    return workers.values().stream()
        .filter(worker -> worker.up && !worker.leaving)
        .toList();
  }

  Optional<Worker> remove(String address) {
    return Optional.ofNullable(workers.remove(address));
  }

  /** Workers that have let more than {@code allowed} heartbeats go by without an answer. */
  List<Worker> silent(long beat, long allowed) {
    return workers.values().stream()
        .filter(worker -> worker.up && beat - worker.heardBeat > allowed)
        .toList();
  }

  /** Addresses of the workers that can run tasks, in the order in which they came. */
  List<String> usable() {
    List<String> usable = new ArrayList<>();
    workers.values().stream().filter(Worker::up).forEach(worker -> usable.add(worker.address));
    return usable;
  }

  Map<String, Integer> slots() {
    Map<String, Integer> slots = new LinkedHashMap<>();
    workers.values().stream()
        .filter(Worker::up)
        .forEach(worker -> slots.put(worker.address, worker.slots));
    return slots;
  }

  List<Worker> all() {
    return List.copyOf(workers.values());
  }
}
