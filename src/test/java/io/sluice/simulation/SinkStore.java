package io.sluice.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What lies outside of the cluster, where a sink writes: it outlives all nodes. */
final class SinkStore {

  private record Part(String pipeline, BatchPartition partition, List<Integer> records) {}

  private final Map<String, Part> prepared = new HashMap<>();
  private final TreeMap<Long, List<String>> commits = new TreeMap<>();
  private final Map<Long, List<Integer>> visible = new HashMap<>();
  private int parts;

  /** Keeps records that nobody sees yet, under the name that it gives. */
  String prepare(String pipeline, BatchPartition partition, List<Integer> records) {
    String name = "part-" + ++parts;
    prepared.put(name, new Part(pipeline, partition, List.copyOf(records)));
    return name;
  }

  /** Makes a batch visible, once; any other commit of it must be recognisable as the same. */
  void commit(String pipeline, Batch batch, List<String> names) {
    long time = batch.time().toEpochMilli();
    List<String> before = commits.get(time);
    if (before != null) {
      assertThat(names).as("I5: what batch %d makes visible again", time).isEqualTo(before);
      return;
    }
    if (!commits.isEmpty()) {
      assertThat(time).as("I5: order of commits of a sink").isGreaterThan(commits.lastKey());
    }
    Set<Integer> partitions = new HashSet<>();
    List<Integer> records = new ArrayList<>();
    for (String name : names) {
      assertThat(prepared).as("I5: what is committed with batch %d", time).containsKey(name);
      Part part = requireNonNull(prepared.get(name));
      assertThat(part.pipeline).as("I5: pipeline of %s", name).isEqualTo(pipeline);
      assertThat(part.partition.batchId()).as("I5: batch of %s", name).isEqualTo(batch.id());
      assertThat(part.partition.attempt()).as("I5: attempt of %s", name).isPositive();
      assertThat(partitions.add(part.partition.partition()))
          .as("I5: partition %d of batch %d is taken once", part.partition.partition(), time)
          .isTrue();
      records.addAll(part.records);
    }
    commits.put(time, List.copyOf(names));
    visible.put(time, records.stream().sorted().toList());
  }

  /** Throws away what was prepared. */
  void abort(Batch batch, List<String> names) {
    assertThat(commits.getOrDefault(batch.time().toEpochMilli(), List.of()))
        .as("I5: what is thrown away of batch %s was not committed", batch.time())
        .doesNotContainAnyElementsOf(names);
    names.forEach(prepared::remove);
  }

  /** What can be seen of a batch; empty if nothing was committed. */
  List<Integer> visible(long batchMillis) {
    return visible.getOrDefault(batchMillis, List.of());
  }
}
