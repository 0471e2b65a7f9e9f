package io.sluice.api;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is kept of one context.
 *
 * @param context its name
 * @param directory of this context alone
 * @param epochs the drivers of which decisions are there, oldest first
 * @param partitions of keyed data
 * @param versions the batches that can be gone back to, oldest first
 * @param waiting the batches after the last of these, which would be run again
 * @param states the operators with state, with their number of partitions
 * @param bytes the size of each part, by name
 * @param damage what was found damaged, each with the name of its file
 */
public record CheckpointContents(
    String context,
    Path directory,
    List<Long> epochs,
    int partitions,
    List<Instant> versions,
    List<Instant> waiting,
    Map<String, Integer> states,
    Map<String, Long> bytes,
    List<String> damage) {

  public CheckpointContents {
    epochs = List.copyOf(epochs);
    versions = List.copyOf(versions);
    waiting = List.copyOf(waiting);
    states = Map.copyOf(states);
    bytes = Map.copyOf(bytes);
    damage = List.copyOf(damage);
  }

  /** As a table, for people. */
  @Override
  public String toString() {
    Stream<String> rows = Stream.of(
        "[" + context + "] in " + directory + ", " + partitions + " partitions",
        "epochs   " + epochs,
        "bytes    " + new TreeMap<>(bytes),
        "states   " + new TreeMap<>(states));
    return Stream.of(
            rows,
            versions.stream().map(time -> "version  " + time),
            waiting.stream().map(time -> "again    " + time),
            damage.stream().map(found -> "DAMAGED  " + found))
        .flatMap(lines -> lines)
        .reduce((left, right) -> left + System.lineSeparator() + right)
        .orElse("");
  }
}
