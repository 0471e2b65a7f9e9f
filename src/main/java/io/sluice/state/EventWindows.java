package io.sluice.state;

import io.sluice.api.EventWindow;
import io.sluice.api.Pair;
import io.sluice.api.Windowed;
import io.sluice.plan.EventWindowSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The windows of event time of one partition. A window is put out once, when the watermark has reached its end;
 * records that come later are late.
 *
 * <p>What a batch brings is combined first and then joined with what was there, which is never changed in place.
 */
public final class EventWindows {

  /** The functions that combine records, loaded. */
  public interface Combining {
    Object first(Object value);

    /** May change and return {@code combined}. */
    Object merge(Object combined, Object value);

    /** Changes neither. */
    Object join(Object earlier, Object later);
  }

  private static final Comparator<OpenWindow> BY_START =
      Comparator.comparingLong(OpenWindow::start);

  private final KeyedState state;
  private final EventWindowSpec spec;
  private final long watermark;
  private final Combining combining;
  private final Map<Object, List<OpenWindow>> arrived = new LinkedHashMap<>();

  /**
   * @param state open for the batch; a key's value is its windows, its time when the first of them ends
   */
  public EventWindows(KeyedState state, EventWindowSpec spec, long watermark, Combining combining) {
    this.state = state;
    this.spec = spec;
    this.watermark = watermark;
    this.combining = combining;
    state.trackTime();
  }

  /** Takes a record; false if all its windows are over. */
  public boolean add(Object key, long millis, Object value) {
    if (spec instanceof EventWindowSpec.Session session) {
      return addToSession(key, millis, millis + session.gapMillis(), value);
    }
    boolean taken = false;
    EventWindowSpec.Sliding sliding = (EventWindowSpec.Sliding) spec;
    long slide = sliding.slideMillis();
    for (long start = Math.floorDiv(millis, slide) * slide;
        start > millis - sliding.lengthMillis();
        start -= slide) {
      if (start + sliding.lengthMillis() > watermark) {
        addTo(key, start, start + sliding.lengthMillis(), value);
        taken = true;
      }
    }
    return taken;
  }

  private void addTo(Object key, long start, long end, Object value) {
    List<OpenWindow> windows = arrived.computeIfAbsent(key, unknown -> new ArrayList<>());
    for (int i = 0; i < windows.size(); i++) {
      OpenWindow window = windows.get(i);
      if (window.start() == start) {
        windows.set(i, new OpenWindow(start, end, combining.merge(window.value(), value)));
        return;
      }
    }
    windows.add(new OpenWindow(start, end, combining.first(value)));
  }

  private boolean addToSession(Object key, long start, long end, Object value) {
    OpenWindow alone = new OpenWindow(start, end, value);
    List<OpenWindow> windows = arrived.computeIfAbsent(key, unknown -> new ArrayList<>());
    boolean late = end <= watermark
        && windows.stream().noneMatch(alone::overlaps)
        && known(key).stream().noneMatch(alone::overlaps);
    if (late) {
      return false;
    }
    for (int i = 0; i < windows.size(); i++) {
      OpenWindow window = windows.get(i);
      if (alone.overlaps(window)) {
        windows.set(
            i,
            new OpenWindow(
                Math.min(start, window.start()),
                Math.max(end, window.end()),
                combining.merge(window.value(), value)));
        return true;
      }
    }
    windows.add(new OpenWindow(start, end, combining.first(value)));
    return true;
  }

  /** Puts out the windows that are over, each as a pair of the key in its window and what it holds. Called once. */
  public void close(Consumer<Object> consumer) {
    Set<Object> due = new LinkedHashSet<>(arrived.keySet());
    due.addAll(state.before(watermark + 1));
    for (Object key : due) {
      List<OpenWindow> open = new ArrayList<>();
      for (OpenWindow window : together(key)) {
        if (window.end() <= watermark) {
          consumer.accept(closed(key, window));
        } else {
          open.add(window);
        }
      }
      keep(key, open);
    }
    state.expired(watermark + 1);
  }

  private void keep(Object key, List<OpenWindow> open) {
    if (open.isEmpty()) {
      state.remove(key);
    } else {
      long first = open.stream().mapToLong(OpenWindow::end).min().orElseThrow();
      state.put(key, open, first);
    }
  }

  /** What was there and what has arrived, earlier windows first; sessions that touch become one. */
  private List<OpenWindow> together(Object key) {
    List<OpenWindow> all = new ArrayList<>(known(key));
    all.addAll(arrived.getOrDefault(key, List.of()));
    all.sort(BY_START);
    List<OpenWindow> joined = new ArrayList<>();
    for (OpenWindow window : all) {
      OpenWindow last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      if (last != null && isOne(last, window)) {
        joined.set(
            joined.size() - 1,
            new OpenWindow(
                last.start(),
                Math.max(last.end(), window.end()),
                combining.join(last.value(), window.value())));
      } else {
        joined.add(window);
      }
    }
    return joined;
  }

  private boolean isOne(OpenWindow earlier, OpenWindow later) {
    return spec instanceof EventWindowSpec.Session
        ? earlier.overlaps(later)
        : earlier.start() == later.start();
  }

  @SuppressWarnings("unchecked")
  private List<OpenWindow> known(Object key) {
    Object windows = state.get(key);
    return windows == null ? List.of() : (List<OpenWindow>) windows;
  }

  private static Pair<Windowed<Object>, Object> closed(Object key, OpenWindow window) {
    EventWindow span =
        new EventWindow(Instant.ofEpochMilli(window.start()), Instant.ofEpochMilli(window.end()));
    return new Pair<>(new Windowed<>(key, span), window.value());
  }
}
