package bench;

import io.sluice.PairDStream;
import io.sluice.StateSpec;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** W4: a million keys, updated in an order that has nothing to do with where they lie; any 50,000 in a row differ. */
final class Keys {

  static final int KEYS = 1_000_000;

  private static final long STEP = 387_420_489;
  private static String[] keys;

  private Keys() {}

  static synchronized String[] all() {
    if (keys == null) {
      String[] made = new String[KEYS];
      long at = 0;
      for (int i = 0; i < KEYS; i++) {
        at = (at + STEP) % KEYS;
        made[i] = "k%07d".formatted(at);
      }
      keys = made;
    }
    return keys;
  }

  static void build(StreamingContext context) {
    List<Pair<String, Long>> initial = new ArrayList<>();
    for (String key : all()) {
      initial.add(Pair.of(key, 0L));
    }
    PairDStream<String, Long> updates =
        Feed.of(context, true).mapToPair(key -> Pair.of(key, 1L));
    updates
        .mapWithState(
            StateSpec.<String, Long, Long, Pair<String, Long>>function(
                    (key, value, state) -> {
                      long total = (state.exists() ? state.get() : 0L) + value.orElse(0L);
                      state.update(total);
                      return Pair.of(key, total);
                    })
                .initialState(context.parallelizePairs(initial, 2))
                .numPartitions(2))
        .foreachRDD(rdd -> rdd.foreachPartition(Keys::sink));
  }

  private static void sink(Iterator<Pair<String, Long>> updated) {
    long records = 0;
    while (updated.hasNext()) {
      updated.next();
      records++;
    }
    Measure.RESULTS.add(records);
  }
}
