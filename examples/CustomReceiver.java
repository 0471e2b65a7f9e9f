package examples;

import io.sluice.StreamingContext;
import io.sluice.api.Receiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of one's own, for a source that can be read again from a position.
 *
 * <p>The source is a TCP server that is told, in the first line, at which line to begin. Each block is stored together with the
 * position after it. A receiver that starts again, on whichever worker, goes on from there: no line is lost or counted twice.
 */
public final class CustomReceiver {

  private CustomReceiver() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: CustomReceiver HOST PORT");
    }
    try (StreamingContext context =
        StreamingContext.create("CustomReceiver", Duration.ofSeconds(1))) {
      context
          .receiverStream(new LineReceiver(args[0], Integer.parseInt(args[1])))
          .count()
          .print();
      context.start();
      context.awaitTermination();
    }
  }

  /** Reads numbered lines. Travels to a worker, so what cannot travel is transient. */
  static final class LineReceiver extends Receiver<String> {

    private static final long serialVersionUID = 1L;
    private static final int LINES_PER_BLOCK = 1000;

    private final String host;
    private final int port;
    private transient volatile @Nullable Socket socket;

    LineReceiver(String host, int port) {
      this.host = host;
      this.port = port;
    }

    /** Must return soon: the reading is done by a thread. */
    @Override
    public void onStart() {
      Thread reader = new Thread(this::read, "line-receiver");
      reader.setDaemon(true);
      reader.start();
    }

    /** Ends the thread, which may be waiting for the next line. */
    @Override
    public void onStop() throws IOException {
      Socket open = socket;
      if (open != null) {
        open.close();
      }
    }

    private void read() {
      try (Socket connection = new Socket(host, port)) {
        socket = connection;
        long position = position().orElse(0);
        Writer request =
            new OutputStreamWriter(connection.getOutputStream(), StandardCharsets.UTF_8);
        request.write(position + "\n");
        request.flush();
        BufferedReader lines = new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
        List<String> block = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          block.add(line);
          // A block is stored when it is full, and when the source has nothing more for now.
          if (block.size() == LINES_PER_BLOCK || !lines.ready()) {
            position += block.size();
            // Returns when the block is safe on two workers, and the driver knows the position.
            store(block, position);
            block.clear();
          }
        }
        restart("The server closed the connection");
      } catch (IOException failure) {
        if (!isStopped()) {
          restart("Cannot read from " + host + ":" + port, failure);
        }
      }
    }
  }
}
