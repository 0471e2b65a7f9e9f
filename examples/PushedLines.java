package examples;

import io.sluice.StreamingContext;
import io.sluice.connector.http.HttpPushReceiver;
import java.time.Duration;

/** Counts lines that programs on this machine push: {@code curl --data-binary @FILE http://127.0.0.1:8099/lines}. */
public final class PushedLines {

  private PushedLines() {}

  /** Arguments: the port. */
  public static void main(String[] args) throws InterruptedException {
    int port = args.length == 0 ? 8099 : Integer.parseInt(args[0]);
    try (StreamingContext context = StreamingContext.create("PushedLines", Duration.ofSeconds(1))) {
      context
          .receiverStream(HttpPushReceiver.local(port).path("/lines"))
          .countByValue()
          .print();
      context.start();
      context.awaitTermination();
    }
  }
}
