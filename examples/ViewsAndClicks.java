package examples;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;

/**
 * Joins two streams: for each advertisement, the page it was viewed on and the user who clicked it within the next ten
 * seconds. Lines are {@code view AD PAGE} and {@code click AD USER}.
 */
public final class ViewsAndClicks {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private ViewsAndClicks() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: ViewsAndClicks HOST PORT");
    }
    try (StreamingContext context = StreamingContext.create("ViewsAndClicks", INTERVAL)) {
      DStream<String> lines = context.socketTextStream(args[0], Integer.parseInt(args[1]));
      // A click is joined in its own batch, a view in every batch of its window.
      PairDStream<String, String> views = named(lines, "view").window(INTERVAL.multipliedBy(10));
      PairDStream<String, String> clicks = named(lines, "click");
      clicks.join(views).print();
      context.start();
      context.awaitTermination();
    }
  }

  /** The second and third word of lines that begin with {@code name}. */
  private static PairDStream<String, String> named(DStream<String> lines, String name) {
    return lines
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length == 3 && words[0].equals(name))
        .mapToPair(words -> Pair.of(words[1], words[2]));
  }
}
