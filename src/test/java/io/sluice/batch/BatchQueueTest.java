package io.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchQueueTest {

  @Test
  void batchesAreCutAndRunInOrder() {
    BatchQueue queue = new BatchQueue(4);
    queue.addDue(List.of(1L, 2L));

    assertThat(queue.takeToCut()).contains(1L);
    assertThat(queue.takeToCut()).contains(2L);
    queue.ready(1);
    queue.ready(2);
    assertThat(queue.takeToRun()).contains(1L);
    assertThat(queue.takeToRun()).contains(2L);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void onlySoManyBatchesAreCutAhead() {
    BatchQueue queue = new BatchQueue(2);
    queue.addDue(List.of(1L, 2L, 3L));
    queue.takeToCut();
    queue.takeToCut();

    assertThat(queue.takeToCut()).isEmpty();
    assertThat(queue.size()).isEqualTo(3);

    queue.ready(1);
    queue.takeToRun();

    assertThat(queue.takeToCut()).contains(3L);
  }

  @Test
  void batchRunsOnlyWhenItIsReadyAndItsTurnHasCome() {
    BatchQueue queue = new BatchQueue(4);
    queue.addDue(List.of(1L, 2L));
    queue.takeToCut();
    queue.takeToCut();
    queue.ready(2);

    assertThat(queue.takeToRun()).isEmpty();

    queue.ready(1);

    assertThat(queue.takeToRun()).contains(1L);
    assertThat(queue.takeToRun()).contains(2L);
  }

  @Test
  void batchThatIsNotCutDoesNotRun() {
    BatchQueue queue = new BatchQueue(2);
    queue.addDue(List.of(1L));

    assertThat(queue.takeToRun()).isEmpty();
    assertThat(queue.isEmpty()).isFalse();
  }
}
