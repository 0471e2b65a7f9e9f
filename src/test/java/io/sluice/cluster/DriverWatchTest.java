package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DriverWatchTest {

  private final DriverWatch watch = new DriverWatch(10);

  private int beatsUntilDue() {
    int beats = 1;
    while (!watch.beat()) {
      beats++;
    }
    return beats;
  }

  @Test
  void silentDriverIsReplacedWhenPatienceIsOver() {
    watch.heard(0);

    assertThat(beatsUntilDue()).isEqualTo(11);
  }

  @Test
  void nodesTryOneAfterAnother() {
    watch.heard(0);
    int first = beatsUntilDue();
    watch.heard(1);
    int second = beatsUntilDue();
    watch.heard(2);
    int third = beatsUntilDue();

    assertThat(second - first).isEqualTo(3);
    assertThat(third - second).isEqualTo(3);
  }

  @Test
  void driverWhoseConnectionBreaksIsReplacedSooner() {
    watch.heard(0);
    watch.broke();

    assertThat(beatsUntilDue()).isEqualTo(3);
  }

  @Test
  void driverThatIsHeardAfterItsConnectionBrokeLives() {
    watch.heard(0);
    watch.broke();
    watch.heard(0);

    assertThat(beatsUntilDue()).isEqualTo(11);
  }

  @Test
  void whoeverTriesIsGivenTheTimeToGoOn() {
    watch.heard(0);
    watch.broke();
    watch.beat();
    watch.given();

    assertThat(beatsUntilDue()).isEqualTo(11);
  }

  @Test
  void driverCountsAsHeardForTwoBeatsOrUntilItsConnectionBreaks() {
    assertThat(watch.isHeard()).isFalse();
    watch.heard(0);
    watch.beat();
    watch.beat();
    assertThat(watch.isHeard()).isTrue();
    watch.beat();
    assertThat(watch.isHeard()).isFalse();

    watch.heard(0);
    watch.broke();

    assertThat(watch.isHeard()).isFalse();
  }

  @Test
  void driverThatSomebodyReplacesIsNotHeardUntilItSpeaksAgain() {
    watch.heard(0);
    watch.given();
    assertThat(watch.isHeard()).isFalse();

    watch.heard(0);

    assertThat(watch.isHeard()).isTrue();
  }
}
