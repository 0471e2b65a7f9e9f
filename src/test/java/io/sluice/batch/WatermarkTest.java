package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatermarkTest {

  private static final long LATENESS = 10;
  private static final long IDLE = 50;

  @Test
  void isNoneBeforeAnyRecord() {
    assertThat(watermark(1).at(1000)).isEqualTo(Watermark.NONE);
  }

  @Test
  void followsTheLatestRecordByTheLateness() {
    Watermark watermark = watermark(1);

    watermark.seen(0, 100, 10);
    watermark.seen(0, 70, 20);

    assertThat(watermark.at(30)).isEqualTo(90);
  }

  @Test
  void isThatOfTheSlowestSource() {
    Watermark watermark = watermark(2);
    watermark.seen(0, 500, 10);
    assertThat(watermark.at(20)).isEqualTo(Watermark.NONE);

    watermark.seen(1, 100, 20);

    assertThat(watermark.at(30)).isEqualTo(90);
  }

  @Test
  void idleSourceIsNotWaitedFor() {
    Watermark watermark = watermark(2);
    watermark.seen(0, 500, 10);
    watermark.seen(0, 520, 50);

    assertThat(watermark.at(50)).isEqualTo(Watermark.NONE);
    assertThat(watermark.at(51)).isEqualTo(510);
  }

  @Test
  void sourceThatComesBackBehindDoesNotTurnItBack() {
    Watermark watermark = watermark(2);
    watermark.seen(0, 500, 60);
    assertThat(watermark.at(70)).isEqualTo(490);

    watermark.seen(1, 100, 70);

    assertThat(watermark.at(80)).isEqualTo(490);
  }

  @Test
  void goesOnWithTheBatchesWhenAllSourcesAreSilent() {
    Watermark watermark = watermark(1);
    watermark.seen(0, 500, 100);

    assertThat(watermark.at(150)).isEqualTo(490);
    assertThat(watermark.at(170)).isEqualTo(510);
    assertThat(watermark.at(250)).isEqualTo(590);
  }

  private static Watermark watermark(int sources) {
    return new Watermark(LATENESS, IDLE, sources, 0);
  }
}
