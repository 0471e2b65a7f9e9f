package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock();
  private final List<Instant> wakes = new ArrayList<>();

  @Test
  void timeStandsStillUntilItIsMoved() {
    assertThat(clock.now()).isEqualTo(Instant.EPOCH);

    clock.advance(Duration.ofMillis(1500));

    assertThat(clock.now()).isEqualTo(Instant.ofEpochMilli(1500));
  }

  @Test
  void everyBoundaryOnTheWayWakesOnceAndShowsItsTime() {
    clock.start(Instant.ofEpochSecond(1), SECOND, () -> wakes.add(clock.now()));

    clock.advance(Duration.ofMillis(999));
    assertThat(wakes).isEmpty();
    clock.advance(Duration.ofMillis(2001));

    assertThat(wakes)
        .containsExactly(
            Instant.ofEpochSecond(1), Instant.ofEpochSecond(2), Instant.ofEpochSecond(3));
  }

  @Test
  void boundaryThatHasPassedAtTheStartWakesAtOnce() {
    clock.advance(Duration.ofSeconds(5));

    clock.start(Instant.ofEpochSecond(5), SECOND, () -> wakes.add(clock.now()));

    assertThat(wakes).containsExactly(Instant.ofEpochSecond(5));
  }

  @Test
  void closedClockWakesNobody() {
    clock.start(Instant.ofEpochSecond(1), SECOND, () -> wakes.add(clock.now()));

    clock.close();
    clock.advance(SECOND);

    assertThat(wakes).isEmpty();
  }

  @Test
  void clockDoesNotGoBack() {
    assertThatThrownBy(() -> clock.advance(SECOND.negated()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A clock cannot go back: got PT-1S.");
  }
}
