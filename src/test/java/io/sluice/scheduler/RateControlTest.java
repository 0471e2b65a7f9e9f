package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.RateSettings;
import io.sluice.api.StreamingListener.BatchInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateControlTest {

  @Test
  void rateFollowsWhatBatchesTook() {
    RateControl control = new RateControl(settings(true), 1000);
    assertThat(control.rate(0)).isEqualTo(500);

    assertThat(control.completed(batch(1, 1000, 0, 500))).isEmpty();
    assertThat(control.completed(batch(2, 1000, 0, 1000))).containsExactly(Map.entry(0, 1000.0));
    assertThat(control.completed(batch(3, 1000, 500, 1000))).containsExactly(Map.entry(0, 900.0));

    assertThat(control.rate(0)).isEqualTo(900);
    assertThat(control.rate(1)).isEqualTo(500);
  }

  @Test
  void k7_restoredRateIsTheOneReceiversBeginWith() {
    RateControl control = new RateControl(settings(true), 1000);

    control.restore(Map.of(0, 200.0));

    assertThat(control.rate(0)).isEqualTo(200);
    assertThat(control.rate(1)).isEqualTo(500);
    assertThat(control.told()).isEqualTo(Map.of(0, 200.0));
  }

  @Test
  void switchedOffItSaysNothing() {
    RateControl control = new RateControl(settings(false), 1000);

    control.completed(batch(1, 1000, 0, 500));

    assertThat(control.completed(batch(2, 1000, 0, 1000))).isEmpty();
    assertThat(control.rate(0)).isZero();
    assertThat(control.max()).isEqualTo(2000);
  }

  private static RateSettings settings(boolean enabled) {
    return new RateSettings(enabled, 2000, 500, 100, 1, 0.2, 0);
  }

  private static BatchInfo batch(long second, long records, long waited, long took) {
    Instant submitted = Instant.ofEpochSecond(second);
    Instant started = submitted.plusMillis(waited);
    return new BatchInfo(
        submitted,
        Map.of(0, records),
        submitted,
        Optional.of(started),
        Optional.of(started.plusMillis(took)),
        Map.of(),
        1,
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }
}
