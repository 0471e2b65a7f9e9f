package examples;

import io.sluice.StateSpec;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;
import java.util.Arrays;

/**
 * Counts words from the beginning, and forgets those that did not come for an hour.
 *
 * <p>Only words of the current batch cost anything, however many are remembered.
 */
public final class StatefulWordCount {

  private StatefulWordCount() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: StatefulWordCount HOST PORT");
    }
    StateSpec<String, Integer, Integer, Pair<String, Integer>> runningCount =
        StateSpec.<String, Integer, Integer, Pair<String, Integer>>function((word, one, state) -> {
              int count = state.getOption().orElse(0) + one.orElse(0);
              if (!state.isTimingOut()) {
                state.update(count);
              }
              return Pair.of(word, count);
            })
            .timeout(Duration.ofHours(1));
    try (StreamingContext context =
        StreamingContext.create("StatefulWordCount", Duration.ofSeconds(1))) {
      context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1))
          .mapWithState(runningCount)
          .print();
      context.start();
      context.awaitTermination();
    }
  }
}
