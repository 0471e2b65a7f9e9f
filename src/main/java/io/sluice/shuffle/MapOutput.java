package io.sluice.shuffle;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Partitioning;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects what one map task writes to one shuffle, split by partition and combined where the aggregation allows. */
public final class MapOutput {

  private final int input;
  private final @Nullable AggregateTable @Nullable [] tables;
  private final Part.@Nullable Builder @Nullable [] builders;
  private final int partitions;
  private final boolean direct;
  private final @Nullable Combiner combiner;

  /**
   * @param combiner the aggregation's, used if it combines on the map side
   * @param direct whether keys are numbers of partitions
   */
  public MapOutput(
      Aggregation aggregation,
      @Nullable Combiner combiner,
      int input,
      int partitions,
      boolean direct) {
    this.input = input;
    this.partitions = partitions;
    this.direct = direct;
    this.combiner = aggregation.mapSide() ? combiner : null;
    this.tables = this.combiner != null ? new AggregateTable[partitions] : null;
    this.builders = this.combiner == null ? new Part.Builder[partitions] : null;
  }

  public void add(Object key, Object value) {
    int partition = direct && key instanceof Integer number
        ? number
        : Partitioning.partition(hash(key), partitions);
    if (tables != null && combiner != null) {
      AggregateTable table = tables[partition];
      if (table == null) {
        table = new AggregateTable(combiner);
        tables[partition] = table;
      }
      table.add(key, AggregateTable.spread(Objects.hashCode(key)), value, input);
    } else if (builders != null) {
      Part.Builder builder = builders[partition];
      if (builder == null) {
        builder = new Part.Builder(input);
        builders[partition] = builder;
      }
      builder.add(key, value);
    }
  }

  /** The parts that are not empty, by partition. */
  public Contribution finish() {
    Map<Integer, List<Part>> parts = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      if (tables != null && tables[partition] != null) {
        parts.put(partition, List.of(tables[partition].toPart(input)));
      } else if (builders != null && builders[partition] != null) {
        parts.put(partition, builders[partition].build());
      }
    }
    return new Contribution(parts);
  }

  /** A hash that is the same on every node. */
  private static int hash(Object key) {
    if (key instanceof Enum<?> constant) {
      return constant.name().hashCode();
    }
    if (key != null && key.getClass().isArray()) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "A key must not be an array ("
              + key.getClass().getSimpleName()
              + "): arrays are equal only to themselves. Use a String, a List or a record.");
    }
    return Objects.hashCode(key);
  }
}
