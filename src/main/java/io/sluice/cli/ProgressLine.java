package io.sluice.cli;

import com.typesafe.config.Config;
import io.sluice.ContextExtension;
import io.sluice.StreamingContext;
import io.sluice.api.StreamingListener;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The last line of a terminal, which tells how the batches go. It gives way to all that is printed and comes back under it. */
public final class ProgressLine {

  private static final AtomicReference<@Nullable ProgressLine> SHOWN = new AtomicReference<>();
  private static final String CLEARED = "\r\u001b[K";
  private static final long PAUSE_NANOS = 250_000_000;

  private final PrintStream terminal;
  private final LongSupplier nanos;
  private boolean visible;
  private boolean insideALine;

  /**
   * @param terminal on which the line is
   * @param nanos the time, as {@code System.nanoTime} gives it
   */
  ProgressLine(PrintStream terminal, LongSupplier nanos) {
    this.terminal = terminal;
    this.nanos = nanos;
  }

  /** Shows the contexts of this process on stderr from now on, if that is a terminal. */
  static void install(boolean terminal) {
    if (terminal) {
      ProgressLine line = new ProgressLine(System.err, System::nanoTime);
      System.setOut(line.around(System.out));
      System.setErr(line.around(System.err));
      Runtime.getRuntime().addShutdownHook(new Thread(line::clear, "sluice-progress-ends"));
      SHOWN.set(line);
    }
  }

  /** A stream before whose output the line is cleared. */
  PrintStream around(PrintStream printed) {
    OutputStream clearing = new OutputStream() {
      @Override
      public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) {
        synchronized (ProgressLine.this) {
          clear();
          printed.write(bytes, from, length);
          insideALine = length > 0 ? bytes[from + length - 1] != '\n' : insideALine;
        }
      }

      @Override
      public void flush() {
        printed.flush();
      }
    };
    String encoding =
        System.getProperty("stdout.encoding", Charset.defaultCharset().name());
    return new PrintStream(clearing, true, Charset.forName(encoding));
  }

  synchronized void clear() {
    if (visible) {
      terminal.print(CLEARED);
      terminal.flush();
      visible = false;
    }
  }

  private synchronized void show(String text) {
    if (!insideALine) {
      terminal.print(CLEARED + text);
      terminal.flush();
      visible = true;
    }
  }

  /** What is shown of a context. */
  StreamingListener of(String context, Duration interval) {
    return new StreamingListener() {
      private long shown = nanos.getAsLong() - PAUSE_NANOS;
      private long batches;
      private long recent;
      private long records;

      @Override
      public void onBatchCompleted(BatchInfo batch) {
        batches++;
        recent++;
        records += batch.numRecords();
        long now = nanos.getAsLong();
        if (now - shown >= PAUSE_NANOS) {
          show("%s: %,d batches | %,d records/s | delay %,d ms"
              .formatted(
                  context,
                  batches,
                  records * 1000 / (recent * interval.toMillis()),
                  batch.totalDelay().map(Duration::toMillis).orElse(0L)));
          shown = now;
          recent = 0;
          records = 0;
        }
      }
    };
  }

  /** Shows each context that starts in this process, if there is a line. */
  public static final class Extension implements ContextExtension {

    @Override
    public AutoCloseable attach(StreamingContext context, Config config) {
      ProgressLine line = SHOWN.get();
      if (line == null) {
        return () -> {};
      }
      context.addStreamingListener(line.of(context.name(), context.batchInterval()));
      return line::clear;
    }
  }
}
