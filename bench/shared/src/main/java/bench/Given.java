package bench;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one source has given since the start: so many lines, or keys, round and round a stretch of the data. */
public final class Given {

  private static final List<Given> ALL = new CopyOnWriteArrayList<>();
  private static volatile boolean over;

  final int from;
  final int span;
  private volatile long count;

  private Given(int from, int span) {
    this.from = from;
    this.span = span;
  }

  /**
   * @param from where the source starts
   * @param span after so many it starts again; a stretch may reach over the end of the data to their start
   */
  public static Given from(int from, int span) {
    Given given = new Given(from, span);
    ALL.add(given);
    return given;
  }

  /** Only the source's own thread may call this. */
  @SuppressWarnings("NonAtomicOperationOnVolatileField")
  public void add(long lines) {
    count += lines;
  }

  /** True when sources have to stop giving, so that the results can catch up with them. */
  public static boolean isOver() {
    return over;
  }

  static void end() {
    over = true;
  }

  static List<Given> all() {
    return ALL;
  }

  long count() {
    return count;
  }
}
