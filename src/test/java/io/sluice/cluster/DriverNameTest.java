package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DriverNameTest {

  @Test
  void driversOfAContextHaveAllButTheEpochInCommon() {
    DriverName first = new DriverName("a-b.c", 1_700_000_000_000L, -1, 1);
    DriverName second = new DriverName("a-b.c", 1_700_000_000_000L, -1, 2);

    assertThat(second.context()).isEqualTo(first.context());
    assertThat(second.actor()).isNotEqualTo(first.actor());
  }

  @Test
  void ofTwoContextsOfOneNameTheOlderComesFirst() {
    DriverName older = new DriverName("counts", 999_999_999_999L, 5, 7);
    DriverName younger = new DriverName("counts", 1_700_000_000_000L, 3, 1);

    assertThat(older.context()).isLessThan(younger.context());
  }
}
