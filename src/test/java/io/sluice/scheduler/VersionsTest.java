package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.task.WorkerEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionsTest {

  private static final long INTERVAL = 10;

  @Test
  void newestIsAlwaysKeptAndOthersAnIntervalApart() {
    Versions versions = new Versions(3, 0, INTERVAL);

    long oldest = addUpTo(versions, 100);

    // 100 is the newest, 90 and 80 stand behind it.
    assertThat(oldest).isEqualTo(81);
    assertThat(versions.oldestFiles()).isEqualTo(Map.of("w", 81));
  }

  @Test
  void youngVersionsAreKeptBeyondTheirNumber() {
    Versions versions = new Versions(2, 50, INTERVAL);

    assertThat(addUpTo(versions, 100)).isBetween(41L, 51L);
  }

  @Test
  void versionIsCompleteWhenAllWorkersAndPartitionsAreSafe() {
    Versions versions = new Versions(2, 0, INTERVAL);
    versions.committed(5, 2, Set.of("a", "b"));

    assertThat(versions.persisted(said(5, "a", 0))).isEmpty();
    assertThat(versions.unsafe()).isEqualTo(1);
    assertThat(versions.persisted(said(5, "b", 1))).hasValue(5L);
    assertThat(versions.unsafe()).isZero();
    assertThat(versions.oldestFiles()).isEqualTo(Map.of("a", 7, "b", 7));
  }

  @Test
  void versionWithoutAPartitionIsNone() {
    Versions versions = new Versions(2, 0, INTERVAL);
    versions.committed(5, 2, Set.of("a"));

    assertThat(versions.persisted(said(5, "a", 0))).isEmpty();
    assertThat(versions.unsafe()).isZero();
    assertThat(versions.oldestFiles()).isEmpty();
  }

  @Test
  void versionThatALostWorkerHasNotMadeSafeIsGivenUp() {
    Versions versions = new Versions(2, 0, INTERVAL);
    versions.committed(5, 1, Set.of("a", "b"));
    versions.committed(6, 1, Set.of("a"));
    versions.workerLost("b");

    assertThat(versions.unsafe()).isEqualTo(1);
    assertThat(versions.persisted(said(5, "a", 0))).isEmpty();
    assertThat(versions.persisted(said(6, "a", 0))).hasValue(6L);
  }

  private static long addUpTo(Versions versions, int last) {
    long oldest = 0;
    for (int batch = 1; batch <= last; batch++) {
      oldest = versions.add(batch, Map.of("w", batch));
    }
    return oldest;
  }

  private static WorkerEvent.Persisted said(long batch, String worker, int partition) {
    return new WorkerEvent.Persisted(1, worker, batch, worker, 7, List.of(partition), "");
  }
}
