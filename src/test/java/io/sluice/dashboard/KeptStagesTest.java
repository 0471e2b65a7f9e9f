package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What tasks did is kept for as many batches as memory is set apart for. */
class KeptStagesTest {

  private static StageInfo stage(String reads, int dataset, int tasks, long recordsEach) {
    TaskInfo task = new TaskInfo(0, "a", 1, Instant.EPOCH, 0, 10, 0, recordsEach, 0, 0, 0, 0);
    return new StageInfo(0, 0, reads, dataset, Collections.nCopies(tasks, task));
  }

  private static Instant batch(int number) {
    return Instant.ofEpochSecond(number);
  }

  @Test
  void oldBatchesGoWhenThereAreTooManyTasks() {
    KeptStages kept = new KeptStages(25);
    for (int number = 1; number <= 5; number++) {
      kept.put(batch(number), List.of(stage("shuffle", 3, 9, 1)));
    }

    assertThat(kept.of(batch(3))).isNull();
    assertThat(kept.of(batch(4))).hasSize(1);
    assertThat(kept.of(batch(5))).hasSize(1);
  }

  @Test
  void theLatestBatchIsKeptHoweverManyTasksItHas() {
    KeptStages kept = new KeptStages(5);
    kept.put(batch(1), List.of(stage("shuffle", 3, 100, 1)));

    assertThat(kept.of(batch(1))).isNotNull();
  }

  @Test
  void ratesAreOfWhatFlowsAndNotOfWhatIsReadOnceMore() {
    KeptStages kept = new KeptStages(100);
    assertThat(kept.rates(1000)).isEqualTo(new Views.Rates(null, Map.of()));
    kept.put(
        batch(2),
        List.of(
            stage("received", 1, 4, 100),
            stage("shuffle", 3, 2, 10),
            stage("shuffle", 3, 1, 5),
            stage("dataset", 3, 2, 10)));

    assertThat(kept.rates(500)).isEqualTo(new Views.Rates(2000L, Map.of(1, 800.0, 3, 50.0)));
  }
}
