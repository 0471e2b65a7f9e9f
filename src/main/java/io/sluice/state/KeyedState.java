package io.sluice.state;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by key that a batch changes in an overlay, so that a batch that is run again starts from where
 * the last committed one ended.
 */
final class KeyedState<V> {

  private final Map<Object, V> base = new HashMap<>();
  private final Map<Object, @Nullable V> overlay = new LinkedHashMap<>();

  @Nullable
  V get(Object key) {
    V changed = overlay.get(key);
    if (changed != null) {
      return changed;
    }
    return overlay.containsKey(key) ? null : base.get(key);
  }

  void put(Object key, V value) {
    overlay.put(key, value);
  }

  void remove(Object key) {
    overlay.put(key, null);
  }

  /** What has changed since the last commit; null stands for a key that is gone. */
  Map<Object, @Nullable V> changes() {
    return overlay;
  }

  void forEach(BiConsumer<Object, V> consumer) {
    base.forEach((key, value) -> {
      if (!overlay.containsKey(key)) {
        consumer.accept(key, value);
      }
    });
    overlay.forEach((key, value) -> {
      if (value != null) {
        consumer.accept(key, value);
      }
    });
  }

  void forEachCommitted(BiConsumer<Object, V> consumer) {
    base.forEach(consumer);
  }

  void commit() {
    overlay.forEach((key, value) -> {
      if (value == null) {
        base.remove(key);
      } else {
        base.put(key, value);
      }
    });
    overlay.clear();
  }

  void discard() {
    overlay.clear();
  }

  void clear() {
    base.clear();
    overlay.clear();
  }
}
