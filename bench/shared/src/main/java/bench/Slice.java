package bench;

import java.io.Serializable;
import java.util.Iterator;

/** A stretch of the lines, or of the keys, in memory: what a partition of a batch is told to read. Not a record: Kryo in Spark cannot write those. */
public final class Slice implements Serializable {

  private final boolean keys;
  private final long from;
  private final int count;

  public Slice(boolean keys, long from, int count) {
    this.keys = keys;
    this.from = from;
    this.count = count;
  }

  public Iterator<String> iterator() {
    String[] data = keys ? KeyOrder.all() : Text.lines();
    return new Iterator<>() {
      private int at = (int) (from % data.length);
      private int left = count;

      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public String next() {
        left--;
        String line = data[at];
        if (++at == data.length) {
          at = 0;
        }
        return line;
      }
    };
  }
}
