package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Chart;
import io.sluice.api.Charts;
import io.sluice.api.StreamingListener.ChartInfo;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the page keeps of the program's charts. */
class ShownChartsTest {

  private final ShownCharts charts = new ShownCharts();

  private void show(String title, Chart chart, int number) {
    charts.add(new ChartInfo(
        Instant.ofEpochMilli(number), title, chart, List.of("", ""), List.of(List.of("a", (double)
            number))));
  }

  private static List<Long> times(Views.Chart chart) {
    return chart.points().stream().map(Views.Point::timeMillis).toList();
  }

  @Test
  void ofBarsTheLastAreKeptAndOfLinesAHistory() {
    for (int number = 1; number <= 400; number++) {
      show("bars", Charts.bar(), number);
      show("lines", Charts.line(), number);
    }

    assertThat(charts.all()).extracting(Views.Chart::title).containsExactly("bars", "lines");
    assertThat(times(charts.all().get(0))).containsExactly(400L);
    assertThat(times(charts.all().get(1))).hasSize(300).startsWith(101L).endsWith(400L);
  }

  @Test
  void anUpdateHasTheNewPointsOnly() {
    show("lines", Charts.line(), 1);
    assertThat(charts.haveChanged()).isTrue();
    charts.takeChanged();
    assertThat(charts.haveChanged()).isFalse();
    show("lines", Charts.line(), 2);
    show("lines", Charts.line(), 3);
    show("bars", Charts.bar(), 2);
    show("bars", Charts.bar(), 3);

    List<Views.Chart> news = charts.takeChanged();

    assertThat(times(news.get(0))).containsExactly(2L, 3L);
    assertThat(times(news.get(1))).containsExactly(3L);
  }
}
