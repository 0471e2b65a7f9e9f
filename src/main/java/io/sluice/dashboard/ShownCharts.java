package io.sluice.dashboard;

import io.sluice.api.Chart;
import io.sluice.api.StreamingListener.ChartInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The charts of the program: of lines the latest moments, of all others the last. */
final class ShownCharts {

  /** Moments of a line that are kept. */
  private static final int POINTS = 300;

  private record Shown(ChartInfo latest, Deque<Views.Point> points) {}

  private final Map<String, Shown> byTitle = new LinkedHashMap<>();
  private final Map<String, Views.Chart> changed = new LinkedHashMap<>();

  void add(ChartInfo chart) {
    Shown before = byTitle.get(chart.title());
    Deque<Views.Point> points = before == null ? new ArrayDeque<>() : before.points;
    Views.Point point = new Views.Point(chart.batchTime().toEpochMilli(), chart.rows());
    boolean line = chart.chart().kind() == Chart.Kind.LINE;
    if (!line || points.size() == POINTS) {
      points.pollFirst();
    }
    points.addLast(point);
    byTitle.put(chart.title(), new Shown(chart, points));
    List<Views.Point> news = new ArrayList<>();
    Views.Chart earlier = changed.get(chart.title());
    if (line && earlier != null) {
      news.addAll(earlier.points());
    }
    news.add(point);
    changed.put(chart.title(), view(chart, news));
  }

  /** In the order in which they came first. */
  List<Views.Chart> all() {
    return byTitle.values().stream()
        .map(shown -> view(shown.latest, List.copyOf(shown.points)))
        .toList();
  }

  boolean haveChanged() {
    return !changed.isEmpty();
  }

  /** What has come since the call before. */
  List<Views.Chart> takeChanged() {
    List<Views.Chart> taken = List.copyOf(changed.values());
    changed.clear();
    return taken;
  }

  private static Views.Chart view(ChartInfo chart, List<Views.Point> points) {
    return new Views.Chart(chart.title(), chart.chart().kind().name(), chart.columns(), points);
  }
}
