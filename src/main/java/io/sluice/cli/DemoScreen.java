package io.sluice.cli;

import io.sluice.api.StreamingListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the demonstration shows: about every second, the top words and how the last batches went. */
final class DemoScreen implements StreamingListener {

  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final Duration PAUSE = Duration.ofMillis(990);

  private final PrintWriter out;
  private final Map<String, Integer> workers = new TreeMap<>();
  private @Nullable DemoProgram program;
  private @Nullable TextGenerator text;
  private String receiver = "no worker yet";
  private Instant shown = Instant.EPOCH;
  private long batches;
  private final Map<String, Integer> tasks = new TreeMap<>();
  private long slowestMillis;
  private boolean ended;

  DemoScreen(PrintWriter out) {
    this.out = out;
  }

  synchronized void show(DemoProgram shownProgram, TextGenerator shownText) {
    program = shownProgram;
    text = shownText;
  }

  synchronized void started(String driver, int port, long rate) {
    print("Driver on %s, %d lines a second from port %d.".formatted(driver, rate, port));
    print("Workers (data port, slots): " + workers() + ". Ctrl-C ends the demo in order.");
  }

  /** The last line where somebody else has stopped the context. */
  synchronized void stopped() {
    print("The context was stopped. Lines that were on their way to it are not counted.");
    ended = true;
  }

  /** The last line; what listeners hear after it is not shown. */
  synchronized void end(long sent, long counted) {
    print("sent=%d counted=%d".formatted(sent, counted));
    ended = true;
  }

  @Override
  public synchronized void onWorkerJoined(WorkerInfo worker) {
    workers.put(worker.id(), worker.slots());
  }

  @Override
  public synchronized void onWorkerLost(WorkerInfo worker, String reason) {
    workers.remove(worker.id());
    print("Worker " + worker.id() + " is lost: " + reason);
  }

  @Override
  public synchronized void onReceiverStarted(ReceiverInfo info) {
    receiver = info.location();
  }

  @Override
  public synchronized void onBatchFailed(BatchInfo batch) {
    print("Batch " + clock(batch.batchTime()) + " failed: " + batch.failure().orElse("unknown"));
  }

  @Override
  public synchronized void onBatchCompleted(BatchInfo batch) {
    batches++;
    batch.tasksByWorker().forEach((worker, count) -> tasks.merge(worker, count, Integer::sum));
    slowestMillis =
        Math.max(slowestMillis, batch.totalDelay().map(Duration::toMillis).orElse(0L));
    DemoProgram counts = program;
    TextGenerator source = text;
    boolean early = Duration.between(shown, batch.batchTime()).compareTo(PAUSE) < 0;
    if (early || counts == null || source == null || counts.top().isEmpty()) {
      return;
    }
    shown = batch.batchTime();
    show(counts, source, batch.batchTime());
  }

  private void show(DemoProgram counts, TextGenerator source, Instant time) {
    print("%s  %s".formatted(clock(time), words(counts)));
    print(
        "          sent %,d, counted %,d | %d batches, slowest %d ms | received on %s, computed on %s"
            .formatted(
                source.sent(), counts.counted(), batches, slowestMillis, receiver, computedOn()));
    batches = 0;
    tasks.clear();
    slowestMillis = 0;
  }

  private static String words(DemoProgram counts) {
    return counts.top().stream()
        .map(pair -> "%s %,d".formatted(pair.key(), pair.value()))
        .collect(Collectors.joining("   "));
  }

  private String computedOn() {
    return tasks.entrySet().stream()
        .map(worker -> worker.getKey() + " (" + worker.getValue() + " tasks)")
        .collect(Collectors.joining(", "));
  }

  private String workers() {
    return workers.entrySet().stream()
        .map(worker -> worker.getKey() + " (" + worker.getValue() + ")")
        .collect(Collectors.joining(", "));
  }

  private static String clock(Instant time) {
    return CLOCK.format(LocalTime.ofInstant(time, ZoneId.systemDefault()));
  }

  private void print(String line) {
    if (!ended) {
      out.println(line);
      out.flush();
    }
  }
}
