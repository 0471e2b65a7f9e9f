package examples;

import io.sluice.PairRDD;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins a stream with a table that may change: orders, lines of {@code ITEM COUNT}, with a file of prices, lines of
 * {@code ITEM PRICE}, which is read again in every batch.
 */
public final class PricedOrders {

  private PricedOrders() {}

  /** Arguments: host and port of the server of orders, and the file of prices. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 3) {
      throw new IllegalArgumentException("Usage: PricedOrders HOST PORT PRICES");
    }
    Path prices = Path.of(args[2]);
    try (StreamingContext context =
        StreamingContext.create("PricedOrders", Duration.ofSeconds(1))) {
      context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .mapToPair(PricedOrders::parse)
          // The function runs on the driver in every batch; what it makes is computed on the
          // workers.
          .transformToPair(orders -> orders.join(table(context, prices)))
          .mapValues(order -> order.key() * order.value())
          .print();
      context.start();
      context.awaitTermination();
    }
  }

  private static PairRDD<String, Long> table(StreamingContext context, Path prices)
      throws IOException {
    List<Pair<String, Long>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(prices)) {
      rows.add(parse(line));
    }
    return context.parallelizePairs(rows);
  }

  private static Pair<String, Long> parse(String line) {
    String[] words = line.split(" ", -1);
    return Pair.of(words[0], Long.parseLong(words[1]));
  }
}
