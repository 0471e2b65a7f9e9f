package io.sluice.block;

import io.sluice.api.Pair;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Estimates what records take in memory, from a sample. */
public final class Sizes {

  private static final int SAMPLE = 32;
  private static final int SAMPLE_INSIDE = 8;
  private static final int OBJECTS = 64;
  private static final long UNKNOWN_OBJECT = 96;

  /** The references in objects of a class, as far as they may be read. */
  private static final ClassValue<List<Field>> REFERENCES = new ClassValue<>() {
    @Override
    protected List<Field> computeValue(Class<?> type) {
      List<Field> fields = new ArrayList<>();
      for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
        for (Field field : at.getDeclaredFields()) {
          boolean held = !Modifier.isStatic(field.getModifiers());
          if (held && !field.getType().isPrimitive() && field.trySetAccessible()) {
            fields.add(field);
          }
        }
      }
      return List.copyOf(fields);
    }
  };

  /** How many more objects of the current record are looked at; keeps the cost of a record with many small. */
  private int left;

  private Sizes() {}

  static long estimate(List<?> values) {
    return 16 + new Sizes().ofSome(values::get, values.size(), SAMPLE);
  }

  /** Bytes that the first {@code size} values of an array take, with the array. */
  public static long estimate(Object[] values, int size) {
    return 16 + 4L * (values.length - size) + new Sizes().ofSome(at -> values[at], size, SAMPLE);
  }

  private long ofSome(IntFunction<?> values, int size, int sample) {
    if (size == 0) {
      return 0;
    }
    int step = Math.max(1, size / sample);
    long sum = 0;
    int sampled = 0;
    for (int i = 0; i < size; i += step) {
      if (sample == SAMPLE) {
        left = OBJECTS;
      }
      sum += of(values.apply(i));
      sampled++;
    }
    return size * (4 + sum / sampled);
  }

  private long of(Object value) {
    if (value == null) {
      return 0;
    } else if (value instanceof String text) {
      return 56L + text.length();
    } else if (value instanceof Number || value instanceof Character || value instanceof Boolean) {
      return 16;
    } else if (value instanceof byte[] bytes) {
      return 16L + bytes.length;
    } else if (left-- <= 0) {
      return UNKNOWN_OBJECT;
    } else if (value instanceof Pair<?, ?> pair) {
      return 24 + of(pair.key()) + of(pair.value());
    } else if (value instanceof Collection<?> many) {
      return 48 + ofMany(many);
    } else if (value instanceof Map<?, ?> map) {
      return 48 + 32L * map.size() + ofMany(map.keySet()) + ofMany(map.values());
    } else if (value instanceof Object[] array) {
      return 16 + ofSome(at -> array[at], array.length, SAMPLE_INSIDE);
    } else if (value.getClass().isArray()) {
      return 16 + 8L * Array.getLength(value);
    }
    return ofFields(value);
  }

  private long ofMany(Collection<?> values) {
    Object[] first = values.stream().limit(SAMPLE_INSIDE).toArray();
    return first.length == 0
        ? 0
        : values.size() * (ofSome(at -> first[at], first.length, SAMPLE_INSIDE) / first.length);
  }

  private long ofFields(Object value) {
    long sum = UNKNOWN_OBJECT;
    for (Field field : REFERENCES.get(value.getClass())) {
      try {
        sum += of(field.get(value));
      } catch (IllegalAccessException unreadable) {
        sum += UNKNOWN_OBJECT;
      }
    }
    return sum;
  }
}
