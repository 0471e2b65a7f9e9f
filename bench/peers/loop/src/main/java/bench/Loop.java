package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** The same work in plain Java on two threads: what an engine can be held against. */
public final class Loop {

  private static final int THREADS = 2;
  private static final long SECOND = 1_000_000_000L;
  private static final Queue<Map<String, Integer>> OTHERS = new ConcurrentLinkedQueue<>();

  private Loop() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    String path = args[1];
    int seconds = Integer.parseInt(args[2]);
    Measure measure = new Measure("loop", workload, path);
    if (workload.equals("W6")) {
      startUp(measure);
    } else if (workload.equals("W5")) {
      floor(measure, seconds);
    } else if (workload.equals("W7")) {
      KafkaLoop.start();
      measure.catchUp(Topic.LINES);
    } else if (workload.equals("W8")) {
      TableLoop.run(measure, seconds);
    }
    Text.lines();
    for (int i = 0; i < (path.equals("socket") ? 1 : THREADS); i++) {
      int number = i;
      Thread thread = new Thread(() -> work(workload, path, number));
      thread.setDaemon(true);
      thread.start();
    }
    measure.run(seconds);
  }

  private static void startUp(Measure measure) throws InterruptedException {
    Map<String, Long> counts = new HashMap<>();
    for (String word : StartUp.LINE.split(" ")) {
      counts.merge(word, 1L, Long::sum);
    }
    counts.forEach(StartUp::count);
    StartUp.run(measure);
  }

  /** W5 of one stage: a thread wakes when a batch is due, has two others count its lines, and hears from both. */
  private static void floor(Measure measure, int seconds) throws Exception {
    Batches batches = Batches.of("W5");
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long interval = Long.getLong("interval", 1000) * 1_000_000;
    long warm = Measure.WARM_SECONDS * SECOND / interval;
    double[] millis = new double[(int) (seconds * SECOND / interval)];
    long start = System.nanoTime();
    for (long batch = 0; batch < warm + millis.length; batch++) {
      long due = start + batch * interval;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      List<Callable<Long>> tasks = new ArrayList<>();
      batches.next().forEach(slice -> tasks.add(() -> count(slice.iterator())));
      for (Future<Long> count : threads.invokeAll(tasks)) {
        Measure.RESULTS.add(count.get());
      }
      if (batch >= warm) {
        millis[(int) (batch - warm)] = (System.nanoTime() - due) / 1e6;
      }
    }
    measure.delays(millis, interval / 1_000_000, millis.length);
  }

  private static long count(Iterator<String> lines) {
    long count = 0;
    for (; lines.hasNext(); lines.next()) {
      count++;
    }
    return count;
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

  /** Each thread has half of the keys. */
  private static void keys(int number) {
    String[] keys = KeyOrder.all();
    int half = keys.length / THREADS;
    int from = number * half;
    Given given = Given.from(from, half);
    HashMap<String, Long> totals = new HashMap<>();
    for (int at = from; !Given.isOver(); at = at + 1000 == from + half ? from : at + 1000) {
      long sum = 0;
      long first = 0;
      for (int i = at; i < at + 1000; i++) {
        long total = totals.merge(keys[i], 1L, Long::sum);
        sum += total;
        first += total == 1 ? 1 : 0;
      }
      given.add(1000);
      Measure.LINES.add(1000);
      Measure.RESULTS.add(sum);
      Measure.KEYS.add(first);
    }
  }

  private static void grep(Lines lines) throws IOException {
    while (true) {
      int hits = 0;
      int taken = 0;
      for (int most = lines.most(1000); taken < most; taken++) {
        String line = lines.next();
        if (line.equals(Text.TICK)) {
          break;
        }
        if (line.contains(Text.NEEDLE)) {
          hits++;
        }
      }
      lines.took(taken);
      Measure.RESULTS.add(hits);
    }
  }

  private static void count(Lines lines, int number, boolean window) throws IOException {
    HashMap<String, Integer> counts = new HashMap<>();
    Window totals = new Window();
    long next = System.nanoTime() + SECOND;
    while (true) {
      int taken = 0;
      for (int most = lines.most(500); taken < most; taken++) {
        String line = lines.next();
        if (line.equals(Text.TICK)) {
          break;
        }
        for (String word : line.split(" ")) {
          counts.merge(word, 1, Integer::sum);
        }
      }
      lines.took(taken);
      if (System.nanoTime() < next) {
        continue;
      }
      next += SECOND;
      if (number > 0) {
        OTHERS.add(counts);
      } else {
        exchange(counts);
        if (window) {
          Tops.window(totals.slide(counts));
        } else {
          Measure.RESULTS.add(counts.values().stream().mapToLong(Integer::longValue).sum());
        }
      }
      counts = new HashMap<>();
    }
  }

  private static void exchange(Map<String, Integer> counts) {
    for (Map<String, Integer> other = OTHERS.poll(); other != null; other = OTHERS.poll()) {
      other.forEach((word, count) -> counts.merge(word, count, Integer::sum));
    }
  }

  /** The counts of ten slides, by what enters and what leaves. */
  private static final class Window {
    private final HashMap<String, Integer> totals = new HashMap<>();
    private final ArrayDeque<Map<String, Integer>> panes = new ArrayDeque<>();

    Map<String, Long> slide(Map<String, Integer> entering) {
      entering.forEach((word, count) -> totals.merge(word, count, Integer::sum));
      panes.add(entering);
      if (panes.size() > 10) {
        panes.remove().forEach(this::leave);
      }
      return top();
    }

    private void leave(String leaving, Integer count) {
      totals.computeIfPresent(
          leaving, (word, total) -> total.equals(count) ? null : total - count);
    }

    private Map<String, Long> top() {
      PriorityQueue<Map.Entry<String, Integer>> top =
          new PriorityQueue<>(Map.Entry.comparingByValue());
      for (Map.Entry<String, Integer> entry : totals.entrySet()) {
        top.add(entry);
        if (top.size() > 10) {
          top.remove();
        }
      }
      Map<String, Long> counts = new HashMap<>();
      top.forEach(entry -> counts.put(entry.getKey(), entry.getValue().longValue()));
      return counts;
    }
  }

  private interface Lines extends AutoCloseable {
    /** How many may be asked for: so many, or none if the measurement is over. */
    int most(int wanted);

    String next() throws IOException;

    void took(int lines);

    @Override
    void close() throws IOException;
  }

  private static final class MemoryLines implements Lines {
    private final String[] lines = Text.lines();
    private final int from;
    private final int to;
    private final Given given;
    private int at;

    MemoryLines(int number) {
      from = number * (lines.length / THREADS);
      to = (number + 1) * (lines.length / THREADS);
      given = Given.from(from, to - from);
      at = from;
    }

    @Override
    public int most(int wanted) {
      return Given.isOver() ? 0 : wanted;
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
    public void took(int taken) {
      given.add(taken);
      Measure.LINES.add(taken);
    }

    @Override
    public void close() {}
  }

  private static final class SocketLines implements Lines {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), Generator.PORT);
    private final BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 65536);

    SocketLines() throws IOException {}

    @Override
    public int most(int wanted) {
      return wanted;
    }

    @Override
    public String next() throws IOException {
      return reader.readLine();
    }

    @Override
    public void took(int taken) {
      Measure.LINES.add(taken);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
