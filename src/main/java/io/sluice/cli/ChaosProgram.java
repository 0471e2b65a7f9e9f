package io.sluice.cli;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code sluice chaos} runs: counts numbers in three ways, and reports every result over a socket, so that the
 * results can be checked whichever node puts them out.
 */
public final class ChaosProgram {

  /** Numbers that are counted together. */
  static final long BUCKET = 1000;

  /** Keys of the state. */
  static final long KEYS = 100;

  /** Batches in a window. */
  static final int WINDOW_BATCHES = 5;

  private ChaosProgram() {}

  /** Runs as a driver; arguments are the ports of the numbers and of the results, and the interval in milliseconds. */
  public static void main(String[] arguments) throws InterruptedException {
    int source = Integer.parseInt(arguments[0]);
    int results = Integer.parseInt(arguments[1]);
    Duration interval = Duration.ofMillis(Long.parseLong(arguments[2]));
    try (StreamingContext context = StreamingContext.create("chaos", interval)) {
      DStream<Long> numbers = context.receiverStream(new Numbers(source));
      PairDStream<Long, Long> buckets =
          numbers.mapToPair(number -> Pair.of(number / BUCKET, 1L)).reduceByKey(Long::sum);
      buckets.foreachRDD((counts, time) -> report(results, "batch", time, counts.collectAsMap()));
      numbers
          .mapToPair(number -> Pair.of(number % KEYS, 1L))
          .<Long>updateStateByKey((added, total) -> Optional.of(
              total.orElse(0L) + added.stream().mapToLong(Long::longValue).sum()))
          .foreachRDD((totals, time) -> report(results, "state", time, totals.collectAsMap()));
      numbers
          .countByWindow(interval.multipliedBy(WINDOW_BATCHES), interval)
          .foreachRDD((count, time) ->
              report(results, "window", time, Map.of(0L, count.collect().get(0))));
      context.start();
      context.awaitTermination();
    }
  }

  private static void report(int port, String kind, Instant batch, Map<Long, Long> counts) {
    String values = new TreeMap<>(counts)
        .entrySet().stream()
            .map(count -> count.getKey() + "=" + count.getValue())
            .collect(Collectors.joining(","));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        PrintWriter out =
            new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII)) {
      out.printf(
          "%s %d %d %s%n", kind, batch.toEpochMilli(), ProcessHandle.current().pid(), values);
      // The result counts only when it was taken.
      if (socket.getInputStream().read() < 0) {
        throw new IOException("Nobody takes the results");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads numbers, one a line, and stores with each block the number that comes next. */
  static final class Numbers extends Receiver<Long> {

    private static final long serialVersionUID = 1L;
    private static final int IN_BLOCK = 5000;

    private final int port;

    Numbers(int port) {
      this.port = port;
    }

    @Override
    public void onStart() {
      Thread reader = new Thread(this::read, "chaos-numbers");
      reader.setDaemon(true);
      reader.start();
    }

    @Override
    public void onStop() {}

    private void read() {
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        long next = position().orElse(0);
        server.getOutputStream().write((next + "\n").getBytes(StandardCharsets.US_ASCII));
        BufferedReader in = new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII));
        List<Long> block = new ArrayList<>();
        for (String line = in.readLine(); line != null && !isStopped(); line = in.readLine()) {
          block.add(Long.parseLong(line));
          if (block.size() == IN_BLOCK || !in.ready()) {
            next += block.size();
            store(block, next);
            block.clear();
          }
        }
        restart("The numbers have ended");
      } catch (IOException failure) {
        restart("Cannot read the numbers", failure);
      }
    }
  }
}
