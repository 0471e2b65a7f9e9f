package io.sluice;

import java.time.Instant;
import java.util.List;

/** The form in which {@code print} shows a batch. */
final class Printing {

  private static final String LINE = "-------------------------------------------";

  private Printing() {}

  @SuppressWarnings("SystemOut")
  static void print(List<?> records, Instant time, int count) {
    StringBuilder text = new StringBuilder();
    text.append(LINE).append('\n');
    text.append("Time: ").append(time.toEpochMilli()).append(" ms\n");
    text.append(LINE).append('\n');
    records.stream().limit(count).forEach(record -> text.append(record).append('\n'));
    if (records.size() > count) {
      text.append("...\n");
    }
    System.out.println(text);
  }
}
