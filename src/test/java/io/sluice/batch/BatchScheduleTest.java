package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchScheduleTest {

  @Test
  void firstBatchIsAtTheNextMultipleOfTheInterval() {
    BatchSchedule schedule = new BatchSchedule(1000, 12_345, 10);

    assertThat(schedule.zeroMillis()).isEqualTo(12_000);
    assertThat(schedule.nextMillis()).isEqualTo(13_000);
  }

  @Test
  void startOnABoundaryLeavesAWholeIntervalForTheFirstBatch() {
    assertThat(new BatchSchedule(1000, 12_000, 10).nextMillis()).isEqualTo(13_000);
  }

  @Test
  void everyTimeIsGivenOnceAndInOrderHoweverLate() {
    BatchSchedule schedule = new BatchSchedule(1000, 12_345, 10);

    assertThat(schedule.takeDue(12_999).times()).isEmpty();
    assertThat(schedule.takeDue(15_500))
        .isEqualTo(new BatchSchedule.Due(List.of(13_000L, 14_000L, 15_000L), 0));
    assertThat(schedule.takeDue(15_999).times()).isEmpty();
    assertThat(schedule.takeDue(16_000).times()).containsExactly(16_000L);
  }

  @Test
  void oldestTimesAreSkippedWhenTooManyAreDue() {
    BatchSchedule schedule = new BatchSchedule(1000, 12_000, 2);

    assertThat(schedule.takeDue(17_300))
        .isEqualTo(new BatchSchedule.Due(List.of(16_000L, 17_000L), 3));
    assertThat(schedule.nextMillis()).isEqualTo(18_000);
  }

  @Test
  void clockThatGoesBackGivesNothingTwice() {
    BatchSchedule schedule = new BatchSchedule(1000, 0, 10);
    schedule.takeDue(3000);

    assertThat(schedule.takeDue(1500).times()).isEmpty();
    assertThat(schedule.takeDue(4000).times()).containsExactly(4000L);
  }

  @Test
  void nextTimeCanBeTakenBeforeItHasCome() {
    BatchSchedule schedule = new BatchSchedule(1000, 0, 10);

    assertThat(schedule.takeNext()).isEqualTo(1000);
    assertThat(schedule.takeDue(2000).times()).containsExactly(2000L);
  }
}
