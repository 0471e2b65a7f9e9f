package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

  private static final long HOUR = TimeUnit.HOURS.toMillis(1);

  private final SteadyClock clock = new SteadyClock();

  @Test
  void timeFollowsTheMachinesClock() {
    assertThat(at(100_000, 0)).isEqualTo(100_000);
    assertThat(at(100_010, 9)).isEqualTo(100_010);
    assertThat(at(100_500, 600)).isEqualTo(100_500);
    assertThat(clock.isAhead()).isFalse();
  }

  @Test
  void clockThatIsSetForwardIsFollowedAtOnce() {
    assertThat(at(100_000, 0)).isEqualTo(100_000);
    assertThat(at(100_000 + HOUR, 10)).isEqualTo(100_000 + HOUR);
  }

  @Test
  void timeStandsStillForWhatTheClockIsCorrectedBy() {
    assertThat(at(100_000, 0)).isEqualTo(100_000);
    assertThat(at(99_700, 200)).isEqualTo(100_000);
    assertThat(at(100_100, 600)).isEqualTo(100_100);
  }

  @Test
  void timeGoesOnWhenTheClockIsSetBackAndMeetsItAgain() {
    assertThat(at(HOUR, 0)).isEqualTo(HOUR);
    for (int passed = 100; passed <= 10_000; passed += 100) {
      assertThat(at(passed, passed)).isEqualTo(HOUR + passed);
      assertThat(clock.isAhead()).isTrue();
    }

    assertThat(at(HOUR + 20_000, 20_000)).isEqualTo(HOUR + 20_000);
    assertThat(clock.isAhead()).isFalse();
  }

  @Test
  void manyShortStepsLoseNoTime() {
    assertThat(clock.micros(HOUR, 0)).isEqualTo(HOUR);
    long nanos = 0;
    for (int step = 0; step < 100_000; step++) {
      nanos += 333_333;
      var unused = clock.micros(0, nanos);
    }

    assertThat(clock.micros(0, nanos)).isEqualTo(HOUR + TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  @Test
  void partsOfAMillisecondAreTold() {
    assertThat(clock.micros(1_000_400, 0)).isEqualTo(1_000_400);
    assertThat(clock.micros(1_000_900, 500_000)).isEqualTo(1_000_900);
  }

  private long at(long clockMillis, long passedMillis) {
    long passed = TimeUnit.MILLISECONDS.toNanos(passedMillis);
    return clock.micros(clockMillis * 1000, passed) / 1000;
  }
}
