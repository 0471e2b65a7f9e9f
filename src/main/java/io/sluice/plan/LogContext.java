package io.sluice.plan;

import java.time.Instant;
import org.slf4j.MDC;

/**
 * What log lines of a program's functions say beside their text: {@code batch}, the batch's time, and {@code operator}, the output or the steps at work. A logging
 * back end shows them where its pattern has {@code %X{batch} %X{operator}}.
 */
public final class LogContext implements AutoCloseable {

  private static final String BATCH = "batch";
  private static final String OPERATOR = "operator";

  /** Batches follow each other, and each is named by many tasks. */
  private static volatile Batch last = new Batch(0, Instant.EPOCH.toString());

  private record Batch(long millis, String text) {}

  private LogContext() {}

  /**
   * Holds for the calling thread until it is closed.
   *
   * @param batchMillis -1 outside batches
   */
  public static LogContext of(long batchMillis, String operator) {
    if (batchMillis >= 0) {
      MDC.put(BATCH, text(batchMillis));
    }
    MDC.put(OPERATOR, operator);
    return new LogContext();
  }

  private static String text(long batchMillis) {
    Batch known = last;
    if (known.millis != batchMillis) {
      known = new Batch(batchMillis, Instant.ofEpochMilli(batchMillis).toString());
      last = known;
    }
    return known.text;
  }

  @Override
  public void close() {
    MDC.remove(BATCH);
    MDC.remove(OPERATOR);
  }
}
