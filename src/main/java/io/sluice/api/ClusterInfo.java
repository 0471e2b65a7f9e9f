package io.sluice.api;

import java.util.List;
import java.util.Map;

/**
 * The nodes of a context at one moment, and what lies where.
 *
 * @param epoch which driver of the context this is; each that takes over has a greater number
 * @param driver the address of its node
 * @param partitions of keyed data, with where each lies; empty before the program begins
 */
public record ClusterInfo(
    long epoch, String driver, boolean paused, List<Worker> workers, List<Partition> partitions) {

  public ClusterInfo {
    workers = List.copyOf(workers);
    partitions = List.copyOf(partitions);
  }

  /**
   * A worker.
   *
   * @param leaving whether its node is ending and it gives away what it has
   * @param load empty fields, all 0, if it has not answered
   * @param keys how many keys it owns of each operator with state, by the number of the step of the plan
   */
  public record Worker(
      String id, String host, int slots, boolean leaving, Load load, Map<Integer, Long> keys) {
    public Worker {
      keys = Map.copyOf(keys);
    }
  }

  /**
   * What a node holds, and how much it may, in bytes. Contexts on one node share it.
   *
   * @param blockBytes blocks in memory: received ones, and what tasks store for each other and for windows
   * @param diskBytes blocks on disk
   * @param shuffleBytes what shuffles have brought, in memory
   * @param heapBytes of the JVM
   */
  public record Load(
      long blockBytes,
      long blockLimit,
      long diskBytes,
      long diskLimit,
      long shuffleBytes,
      long shuffleLimit,
      long heapBytes,
      long heapLimit) {

    public static final Load NONE = new Load(0, 0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * A partition of keyed data.
   *
   * @param standby the worker with its copy; empty if there is none now
   */
  public record Partition(int number, String owner, String standby) {}
}
