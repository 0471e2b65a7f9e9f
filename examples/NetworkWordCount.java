package examples;

import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;
import java.util.Arrays;

/**
 * Counts the words of each second's lines from a TCP server.
 *
 * <p>In one terminal: {@code nc -lk 9999}. In another:
 * {@code java -jar target/sluice.jar run --config conf/local.conf --class examples.NetworkWordCount localhost 9999}.
 */
public final class NetworkWordCount {

  private NetworkWordCount() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: NetworkWordCount HOST PORT");
    }
    run(args[0], Integer.parseInt(args[1]));
  }

  // tag::program[]
  static void run(String host, int port) throws InterruptedException {
    try (var context = StreamingContext.create("WordCount", Duration.ofSeconds(1))) {
      context
          .socketTextStream(host, port)
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum)
          .print();
      context.start();
      context.awaitTermination();
    }
  }
  // end::program[]
}
