package io.sluice.block;

import io.sluice.api.Pair;
import java.util.Collection;
import java.util.List;

/** Estimates what records take in memory, from a sample, without looking inside unknown classes. */
final class Sizes {

  private static final int SAMPLE = 64;
  private static final long UNKNOWN_OBJECT = 96;

  private Sizes() {}

  static long estimate(List<?> values) {
    if (values.isEmpty()) {
      return 16;
    }
    int step = Math.max(1, values.size() / SAMPLE);
    long sum = 0;
    int sampled = 0;
    for (int i = 0; i < values.size(); i += step) {
      sum += ofOne(values.get(i));
      sampled++;
    }
    return 16 + values.size() * (4 + sum / sampled);
  }

  private static long ofOne(Object value) {
    if (value == null) {
      return 0;
    } else if (value instanceof String text) {
      return 56L + text.length();
    } else if (value instanceof Number || value instanceof Character || value instanceof Boolean) {
      return 16;
    } else if (value instanceof Pair<?, ?> pair) {
      return 24 + ofOne(pair.key()) + ofOne(pair.value());
    } else if (value instanceof byte[] bytes) {
      return 16L + bytes.length;
    } else if (value instanceof Collection<?> collection) {
      return 48 + collection.stream().limit(SAMPLE).mapToLong(Sizes::ofOne).sum();
    }
    return UNKNOWN_OBJECT;
  }
}
