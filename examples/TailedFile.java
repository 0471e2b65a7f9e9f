package examples;

import io.sluice.StreamingContext;
import io.sluice.api.BatchSource;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A source of one's own that can be read again: a file that grows, as {@code tail -f} follows it. Each batch has the bytes that
 * were added since the one before, and has them again if it is run again.
 */
public final class TailedFile {

  private TailedFile() {}

  /** Argument: the file. It must be there, and the same, on all nodes. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 1) {
      throw new IllegalArgumentException("Usage: TailedFile FILE");
    }
    try (StreamingContext context = StreamingContext.create("TailedFile", Duration.ofSeconds(1))) {
      context.batchStream(new Tail(args[0])).count().print();
      context.start();
      context.awaitTermination();
    }
  }

  /** Travels to the workers; the planner does not. */
  record Tail(String file) implements BatchSource<String> {

    private static final int MAX_BATCH_BYTES = 32 << 20;

    @Override
    public SourcePlanner planner() {
      return new SourcePlanner() {
        /** What is in the file now is left out. */
        @Override
        public Map<String, String> begin() throws IOException {
          return Map.of("end", String.valueOf(Files.size(Path.of(file))));
        }

        @Override
        public SourcePlan plan(Request request) throws IOException {
          long from = Long.parseLong(request.marks().getOrDefault("end", "0"));
          long until = lastLineEnd(from);
          return until == from
              ? SourcePlan.NOTHING
              : new SourcePlan(
                  List.of(from + " " + until), Map.of("end", String.valueOf(until)), 0);
        }
      };
    }

    private long lastLineEnd(long from) throws IOException {
      byte[] added = bytes(from, Math.min(Files.size(Path.of(file)), from + MAX_BATCH_BYTES));
      int length = added.length;
      while (length > 0 && added[length - 1] != '\n') {
        length--;
      }
      return from + length;
    }

    @Override
    public Iterator<String> read(String split) throws IOException {
      String[] range = split.split(" ", 2);
      byte[] lines = bytes(Long.parseLong(range[0]), Long.parseLong(range[1]));
      return new BufferedReader(new StringReader(new String(lines, StandardCharsets.UTF_8)))
          .lines()
          .iterator();
    }

    private byte[] bytes(long from, long until) throws IOException {
      try (RandomAccessFile bytes = new RandomAccessFile(file, "r")) {
        bytes.seek(from);
        byte[] read = new byte[(int) Math.max(0, until - from)];
        bytes.readFully(read);
        return read;
      }
    }
  }
}
