package io.sluice;

import io.sluice.api.Chart;
import io.sluice.api.Pair;
import io.sluice.api.StreamingListener.ChartInfo;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of the records of a batch what a chart shows. */
final class ChartRows {

  private ChartRows() {}

  static ChartInfo of(RDD<?> rdd, Instant time, String title, Chart chart) {
    return switch (chart.kind()) {
      case BAR, LINE -> new ChartInfo(time, title, chart, List.of("", ""), greatest(rdd, chart));
      case TABLE -> table(rdd.take(chart.most()), time, title, chart);
      case VALUE -> new ChartInfo(time, title, chart, List.of(""), first(rdd.take(1)));
    };
  }

  private static List<List<Object>> greatest(RDD<?> rdd, Chart chart) {
    return rdd.map(ChartRows::labelled).top(chart.most(), byNumber()).stream()
        .map(pair -> List.<Object>of(pair.key(), pair.value()))
        .toList();
  }

  private static Pair<String, Double> labelled(Object record) {
    if (record instanceof Number number) {
      return Pair.of("", number.doubleValue());
    } else if (record instanceof Pair<?, ?> pair && pair.value() instanceof Number number) {
      return Pair.of(String.valueOf(pair.key()), number.doubleValue());
    }
    throw new IllegalArgumentException(
        "Charts.bar() and Charts.line() show pairs of a label and a number, or numbers, got '%s'. Map the stream to such pairs, or use Charts.table()."
            .formatted(record));
  }

  private static Comparator<Pair<String, Double>> byNumber() {
    return (Comparator<Pair<String, Double>> & Serializable)
        (left, right) -> Double.compare(left.value(), right.value());
  }

  private static ChartInfo table(List<?> records, Instant time, String title, Chart chart) {
    List<String> columns = records.isEmpty() ? List.of() : columns(records.get(0));
    List<List<Object>> rows = new ArrayList<>();
    for (Object record : records) {
      rows.add(cells(record));
    }
    return new ChartInfo(time, title, chart, columns, rows);
  }

  private static List<List<Object>> first(List<?> records) {
    return records.isEmpty() ? List.of() : List.of(List.of(cell(records.get(0))));
  }

  private static List<String> columns(@Nullable Object record) {
    if (record instanceof Pair<?, ?>) {
      return List.of("key", "value");
    } else if (record instanceof Record) {
      return Arrays.stream(record.getClass().getRecordComponents())
          .map(RecordComponent::getName)
          .toList();
    }
    return List.of("record");
  }

  private static List<Object> cells(@Nullable Object record) {
    if (record instanceof Pair<?, ?> pair) {
      return List.of(cell(pair.key()), cell(pair.value()));
    } else if (record instanceof Record) {
      return Arrays.stream(record.getClass().getRecordComponents())
          .map(component -> component(record, component))
          .toList();
    }
    return List.of(cell(record));
  }

  private static Object component(Object record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return cell(component.getAccessor().invoke(record));
    } catch (ReflectiveOperationException | RuntimeException hidden) {
      return "?";
    }
  }

  private static Object cell(@Nullable Object value) {
    return value instanceof Long || value instanceof Integer || value instanceof Double
        ? value
        : String.valueOf(value);
  }
}
