package examples;

import io.sluice.DStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;

/** Keeps the words of the last minute, and asks while the stream runs how often some of them came. */
public final class RecentQueries {

  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private RecentQueries() {}

  /** Arguments: host and port of the server, and the words to ask for every second. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length < 3) {
      throw new IllegalArgumentException("Usage: RecentQueries HOST PORT WORD...");
    }
    Set<String> asked = Set.copyOf(Arrays.asList(args).subList(2, args.length));
    try (StreamingContext context =
        StreamingContext.create("RecentQueries", Duration.ofSeconds(1))) {
      context.remember(REMEMBERED);
      DStream<String> words = context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator());
      words.count().foreachRDD(counts -> {});
      context.start();
      while (!context.awaitTermination(Duration.ofSeconds(1))) {
        Instant now = Instant.now();
        RDD<String> recent = context.emptyRDD();
        for (RDD<String> batch : words.slice(now.minus(REMEMBERED), now)) {
          recent = recent.union(batch);
        }
        System.out.println(
            "In the last minute: " + recent.filter(asked::contains).countByValue());
      }
    }
  }
}
