package io.sluice.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a batch that was run again, alone, would have put out.
 *
 * @param time of the batch
 * @param outputs the records that each output operation would have been given, in the order of their partitions; by the name of the output, in
 *     the order in which the program has them. Outputs that are not due in this batch are left out
 */
public record ReplayedBatch(Instant time, Map<String, List<Object>> outputs) {

  public ReplayedBatch {
    Map<String, List<Object>> copy = new LinkedHashMap<>();
    // Records may be null, which List.copyOf refuses.
    outputs.forEach(
        (name, records) -> copy.put(name, Collections.unmodifiableList(new ArrayList<>(records))));
    outputs = Collections.unmodifiableMap(copy);
  }

  /** As lines, for people: the name of each output, and below it its records. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("batch " + time);
    outputs.forEach((name, records) -> {
      text.append(System.lineSeparator())
          .append("output ")
          .append(name)
          .append(": ")
          .append(records.size())
          .append(" records");
      records.forEach(record -> text.append(System.lineSeparator()).append("  ").append(record));
    });
    return text.toString();
  }
}
