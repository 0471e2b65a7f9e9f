package bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The same work in plain Java on two threads: what an engine can be held against. */
final class Loop {

  private static final int THREADS = 2;
  private static final long SECOND = 1_000_000_000L;
  static volatile boolean stop;
  private static final Queue<Map<String, Integer>> OTHERS = new ConcurrentLinkedQueue<>();

  private Loop() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    int seconds = Integer.parseInt(args[2]);
    Text.lines();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      if (path.equals("socket") && i > 0) {
        break;
      }
      Thread thread = new Thread(() -> work(workload, path, number));
      thread.setDaemon(true);
      thread.start();
    }
    new Measure("loop", workload, path).run(seconds);
    stop = true;
    System.exit(0);
  }

  private static void work(String workload, String path, int number) {
    if (workload.equals("W4")) {
      keys(number);
      return;
    }
    if (path.equals("text")) {
      ByteLoop.work(workload, number, THREADS);
      return;
    }
    try (Lines lines = path.equals("socket") ? new SocketLines() : new MemoryLines(number)) {
      if (workload.equals("W1")) {
        grep(lines);
      } else {
        count(lines, number, workload.equals("W3"));
      }
    } catch (Exception failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private static void keys(int number) {
    String[] keys = Keys.all();
    HashMap<String, Long> totals = new HashMap<>();
    for (int at = number; !stop; ) {
      for (int i = 0; i < 1000; i++) {
        totals.merge(keys[at], 1L, Long::sum);
        at += THREADS;
        if (at >= keys.length) {
          at = number;
        }
      }
      Measure.LINES.add(1000);
      Measure.RESULTS.add(1);
    }
  }

  private static void grep(Lines lines) throws Exception {
    while (!stop) {
      int hits = 0;
      for (int i = 0; i < 1000; i++) {
        if (lines.next().contains(Text.NEEDLE)) {
          hits++;
        }
      }
      Measure.LINES.add(1000);
      Measure.RESULTS.add(hits);
    }
  }

  private static void count(Lines lines, int number, boolean window) throws Exception {
    HashMap<String, Integer> counts = new HashMap<>();
    HashMap<String, Integer> totals = new HashMap<>();
    ArrayDeque<Map<String, Integer>> panes = new ArrayDeque<>();
    long next = System.nanoTime() + SECOND;
    while (!stop) {
      for (int i = 0; i < 500; i++) {
        for (String word : lines.next().split(" ")) {
          counts.merge(word, 1, Integer::sum);
        }
      }
      Measure.LINES.add(500);
      if (System.nanoTime() < next) {
        continue;
      }
      next += SECOND;
      if (number > 0) {
        OTHERS.add(counts);
      } else {
        HashMap<String, Integer> all = counts;
        for (Map<String, Integer> other = OTHERS.poll(); other != null; other = OTHERS.poll()) {
          other.forEach((word, count) -> all.merge(word, count, Integer::sum));
        }
        Measure.RESULTS.add(all.size());
        if (window) {
          slide(totals, panes, all);
        }
      }
      counts = new HashMap<>();
    }
  }

  private static void slide(
      Map<String, Integer> totals,
      ArrayDeque<Map<String, Integer>> panes,
      Map<String, Integer> entering) {
    entering.forEach((word, count) -> totals.merge(word, count, Integer::sum));
    panes.add(entering);
    if (panes.size() > 10) {
      panes
          .remove()
          .forEach(
              (word, count) ->
                  totals.computeIfPresent(
                      word, (same, total) -> total.equals(count) ? null : total - count));
    }
    PriorityQueue<Map.Entry<String, Integer>> top =
        new PriorityQueue<>(Map.Entry.comparingByValue(Comparator.naturalOrder()));
    for (Map.Entry<String, Integer> entry : totals.entrySet()) {
      top.add(entry);
      if (top.size() > 10) {
        top.remove();
      }
    }
    Measure.RESULTS.add(top.size());
  }

  private interface Lines extends AutoCloseable {
    String next() throws Exception;
  }

  private static final class MemoryLines implements Lines {
    private final String[] lines = Text.lines();
    private final int from;
    private final int to;
    private int at;

    MemoryLines(int number) {
      from = number * (lines.length / THREADS);
      to = (number + 1) * (lines.length / THREADS);
      at = from;
    }

    @Override
    public String next() {
      String line = lines[at];
      if (++at == to) {
        at = from;
      }
      return line;
    }

    @Override
    public void close() {}
  }

  private static final class SocketLines implements Lines {
    private final Socket socket = new Socket("127.0.0.1", Integer.getInteger("port", 19999));
    private final BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 65536);

    SocketLines() throws Exception {}

    @Override
    public String next() throws Exception {
      return reader.readLine();
    }

    @Override
    public void close() throws Exception {
      socket.close();
    }
  }
}
