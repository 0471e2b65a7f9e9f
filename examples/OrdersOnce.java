package examples;

import io.sluice.DStream;
import io.sluice.api.OncePerBatch;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two ways to take every record once: a sink that commits, and a store that remembers which batch it took last. The
 * driver is killed in the middle.
 */
public final class OrdersOnce {

  private OrdersOnce() {}

  /** A store with transactions, as a database is one; here each synchronized method is a transaction. */
  static final class Store implements OncePerBatch.Place {
    private final Map<String, Instant> taken = new HashMap<>();
    private long cents;

    @Override
    public synchronized Optional<Instant> last(String pipeline, int partition) {
      return Optional.ofNullable(taken.get(pipeline + "/" + partition));
    }

    @Override
    public synchronized void taken(String pipeline, int partition, Instant batch) {
      taken.put(pipeline + "/" + partition, batch);
    }

    synchronized void add(long more) {
      cents += more;
    }

    synchronized long cents() {
      return cents;
    }
  }

  /** The argument is a directory that does not exist yet. */
  public static void main(String[] args) {
    Path directory = Path.of(args[0]);
    Store store = new Store();
    OncePerBatch once = new OncePerBatch("shop/total", store);
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      DStream<Integer> orders = test.input(List.of(List.of(500, 250), List.of(1250), List.of(99)));
      orders.saveTo("orders", FileSink.in(directory));
      orders.foreachBatch((rdd, batch) -> {
        List<Integer> cents = rdd.collect();
        once.run(batch, () -> cents.forEach(store::add));
      });
      test.beforeBatch(2, test::killDriver);

      test.runBatches(3);
    }
    System.out.println("The orders cost " + store.cents() + " cents.");
  }
}
