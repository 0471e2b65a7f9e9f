package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PidRateEstimatorTest {

  private static final int UPDATES = 50;

  private static PidRateEstimator plain() {
    return new PidRateEstimator(20, 1, 0, 0, 10);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
           0 |  0 |  0 |  0 |  10 | Batch interval must be at least 1 ms, got 0.
          20 | -1 |  0 |  0 |  10 | Proportional factor must be a number and not negative, got -1.0.
          20 |  1 | -1 |  0 |  10 | Integral factor must be a number and not negative, got -1.0.
          20 |  1 |  0 | -1 |  10 | Derivative factor must be a number and not negative, got -1.0.
          20 |  1 |  0 |  0 |   0 | Least rate must be positive, got 0.0.
          20 |  1 |  0 |  0 | -10 | Least rate must be positive, got -10.0.
          """)
  void p1_valuesOutOfRangeAreRefused(
      long interval, double p, double i, double d, double min, String message) {
    assertThatThrownBy(() -> new PidRateEstimator(interval, p, i, d, min))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void p2_firstBatchGivesNoRate() {
    assertThat(plain().compute(0, 10, 10, 0)).isEmpty();
  }

  @Test
  void p3_secondBatchGivesTheRateOfProcessing() {
    PidRateEstimator estimator = plain();
    estimator.compute(0, 10, 10, 0);

    assertThat(estimator.compute(10, 10, 10, 0)).hasValue(1000);
  }

  @Test
  void p4_batchThatEndedNoLaterGivesNoRate() {
    PidRateEstimator estimator = plain();
    estimator.compute(0, 10, 10, 0);
    estimator.compute(10, 10, 10, 0);

    assertThat(estimator.compute(10, 10, 10, 0)).isEmpty();
  }

  @Test
  void p5_batchWithoutRecordsGivesNoRate() {
    PidRateEstimator estimator = plain();
    estimator.compute(0, 10, 10, 0);

    assertThat(estimator.compute(10, 0, 10, 0)).isEmpty();
    assertThat(estimator.compute(10, -10, 10, 0)).isEmpty();
  }

  @Test
  void p6_batchWithoutDurationGivesNoRate() {
    PidRateEstimator estimator = plain();
    estimator.compute(0, 10, 10, 0);

    assertThat(estimator.compute(10, 10, 0, 0)).isEmpty();
    assertThat(estimator.compute(10, 10, -10, 0)).isEmpty();
  }

  @Test
  void p7_rateNeverFallsBelowTheLeast() {
    PidRateEstimator estimator = new PidRateEstimator(20, 1, 1, 0, 5);
    List<OptionalDouble> rates = new ArrayList<>();
    for (int i = 0; i < UPDATES; i++) {
      rates.add(estimator.compute(i * 20L, 1, 20, 100));
    }

    assertThat(rates.remove(0)).isEmpty();
    assertThat(rates).hasSize(49).containsOnly(OptionalDouble.of(5));
  }

  @Test
  void p8_rateRisesWithProcessing() {
    PidRateEstimator estimator = new PidRateEstimator(20, 1, 1, 0, 10);

    assertThat(estimator.compute(0, 20, 20, 0)).isEmpty();
    for (int i = 1; i < UPDATES; i++) {
      assertThat(estimator.compute(i * 20L, (i + 1) * 20L, 20, 0)).hasValue((i + 1) * 1000);
    }
  }

  @Test
  void p9_rateFallsWithProcessing() {
    PidRateEstimator estimator = new PidRateEstimator(20, 1, 1, 0, 10);

    assertThat(estimator.compute(0, 1000, 20, 0)).isEmpty();
    for (int i = 1; i < UPDATES; i++) {
      assertThat(estimator.compute(i * 20L, (UPDATES - i) * 20L, 20, 0))
          .hasValue((UPDATES - i) * 1000);
    }
  }

  @Test
  void p10_batchThatWaitedBringsTheRateBelowThatOfProcessing() {
    Random random = new Random(42);
    PidRateEstimator estimator = new PidRateEstimator(20, 1, 0.01, 0, 10);

    for (int i = 0; i < 1000; i++) {
      long records = 1L + random.nextInt(999);
      long waited = random.nextInt(19);
      OptionalDouble rate = estimator.compute(i * 20L, records, 20, waited);

      assertThat(rate.isPresent()).isEqualTo(i > 0);
      if (i > 0 && waited > 0 && records > 1) {
        assertThat(rate.getAsDouble()).isLessThan(records / 20.0 * 1000);
      }
    }
  }

  @Test
  void p11_withTheUsualSettingsTheSecondBatchGivesTheRateOfProcessing() {
    PidRateEstimator estimator = new PidRateEstimator(1000, 1, 0.2, 0, 100);

    assertThat(estimator.compute(1000, 1000, 500, 0)).isEmpty();
    assertThat(estimator.compute(2000, 1000, 1000, 0)).hasValue(1000);
  }

  @Test
  void p12_rateFallsByAFifthOfWhatWaits() {
    PidRateEstimator estimator = afterTwoBatches();

    assertThat(estimator.compute(3000, 1000, 1000, 500)).hasValue(900);
  }

  @Test
  void p13_rateRisesWhenLessWaits() {
    PidRateEstimator estimator = afterTwoBatches();

    assertThat(estimator.compute(3000, 1000, 1000, 500)).hasValue(900);
    assertThat(estimator.compute(4000, 900, 900, 400).getAsDouble()).isCloseTo(920, within(1e-9));
  }

  private static PidRateEstimator afterTwoBatches() {
    PidRateEstimator estimator = new PidRateEstimator(1000, 1, 0.2, 0, 100);
    assertThat(estimator.compute(1000, 1000, 500, 0)).isEmpty();
    assertThat(estimator.compute(2000, 1000, 1000, 0)).hasValue(1000);
    return estimator;
  }

  @Test
  void growthOfTheErrorCountsByTheDerivativeFactor() {
    PidRateEstimator estimator = new PidRateEstimator(1000, 1, 0, 0.1, 100);

    estimator.compute(1000, 1000, 1000, 0);

    // The error is 200, and was 0 a second ago.
    assertThat(estimator.compute(2000, 800, 1000, 0)).hasValue(800 - 0.1 * 200);
  }
}
