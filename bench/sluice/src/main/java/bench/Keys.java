package bench;

import io.sluice.PairDStream;
import io.sluice.StateSpec;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** W4 on Sluice. */
final class Keys {

  private Keys() {}

  static void build(StreamingContext context) {
    List<Pair<String, Long>> initial = new ArrayList<>();
    for (String key : KeyOrder.all()) {
      initial.add(Pair.of(key, 0L));
    }
    PairDStream<String, Long> updates =
        Feed.of(context, "W4").mapToPair(key -> Pair.of(key, 1L));
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
    while (updated.hasNext()) {
      Measure.updated(updated.next().value());
    }
  }
}
