package bench;

import java.util.function.Consumer;

/** A source in memory: gives the lines, or the keys, round and round from a place of its own. */
public final class Cycle {

  private final String[] data;
  private final boolean ticking;
  private final Given given;
  private int at;

  private Cycle(String[] data, boolean ticking, int number, int sources) {
    this.data = data;
    this.ticking = ticking;
    this.at = (int) ((long) data.length * number / sources);
    this.given = Given.from(at, data.length);
  }

  /** The source of this number, from 0 on, of so many: W4 is given keys, all others lines. */
  public static Cycle of(String workload, int number, int sources) {
    return workload.equals("W4")
        ? new Cycle(KeyOrder.all(), false, number, sources)
        : new Cycle(Text.lines(), true, number, sources);
  }

  /** Gives the next so many; a tick now and then when the measurement is over. */
  public void give(int lines, Consumer<String> taker) {
    if (Given.isOver()) {
      tick(taker);
      return;
    }
    int next = at;
    for (int i = 0; i < lines; i++) {
      taker.accept(data[next]);
      if (++next == data.length) {
        next = 0;
      }
    }
    at = next;
    given.add(lines);
    Measure.LINES.add(lines);
  }

  private void tick(Consumer<String> taker) {
    try {
      Thread.sleep(20);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    if (ticking) {
      taker.accept(Text.TICK);
    }
  }
}
