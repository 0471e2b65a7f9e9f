package bench;

import io.sluice.PairDStream;
import io.sluice.TextDStream;
import io.sluice.api.Pair;
import java.io.Serializable;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The workloads on Sluice with its operations on text. */
final class TextWorkloads {

  private TextWorkloads() {}

  static void build(String workload, TextDStream lines) {
    switch (workload) {
      case "W1" ->
          lines
              .containing(Text.NEEDLE)
              .foreachRDD(rdd -> Measure.RESULTS.add(rdd.count()));
      case "W2" ->
          lines
              .words()
              .countByValue()
              .foreachRDD(rdd -> rdd.foreachPartition(TextWorkloads::sink));
      case "W3" -> {
        PairDStream<String, Long> totals =
            lines
                .words()
                .countByValueAndWindow(
                    Duration.ofMillis(10 * Sluice.INTERVAL_MILLIS),
                    Duration.ofMillis(Sluice.INTERVAL_MILLIS),
                    2);
        totals.foreachRDD(rdd -> Tops.window(counts(rdd.top(10, new ByCount()))));
      }
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
  }

  private static void sink(Iterator<Pair<String, Long>> counts) {
    long words = 0;
    while (counts.hasNext()) {
      words += counts.next().value();
    }
    Measure.RESULTS.add(words);
  }

  private static Map<String, Long> counts(List<Pair<String, Long>> top) {
    Map<String, Long> counts = new HashMap<>();
    top.forEach(pair -> counts.put(pair.key(), pair.value()));
    return counts;
  }

  private static final class ByCount implements Comparator<Pair<String, Long>>, Serializable {
    @Override
    public int compare(Pair<String, Long> left, Pair<String, Long> right) {
      return Long.compare(left.value(), right.value());
    }
  }
}
