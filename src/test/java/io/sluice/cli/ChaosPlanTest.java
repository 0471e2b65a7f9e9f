package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChaosPlanTest {

  @Test
  void sameSeedGivesTheSamePlan() {
    assertThat(ChaosPlan.of(5, 60))
        .isEqualTo(ChaosPlan.of(5, 60))
        .isNotEqualTo(ChaosPlan.of(6, 60));
  }

  @Test
  void everyPlanKillsAWorkerAndADriverAndLeavesTimeToRecover() {
    for (long seed = 0; seed < 200; seed++) {
      List<ChaosPlan.Step> plan = ChaosPlan.of(seed, 60);

      assertThat(plan).anyMatch(step -> step.deed() == ChaosPlan.Deed.KILL && step.driver());
      assertThat(plan).anyMatch(step -> step.deed() == ChaosPlan.Deed.KILL && !step.driver());
      for (int at = 1; at < plan.size(); at++) {
        ChaosPlan.Step before = plan.get(at - 1);
        assertThat(plan.get(at).atSecond())
            .isGreaterThanOrEqualTo(before.atSecond() + before.seconds() + 6);
      }
    }
  }

  @Test
  void seedsDrawAllThatCanBeDoneToWorkersAndToDrivers() {
    for (ChaosPlan.Deed deed : ChaosPlan.Deed.values()) {
      for (boolean driver : new boolean[] {false, true}) {
        assertThat(
                LongStream.range(0, 200).boxed().flatMap(seed -> ChaosPlan.of(seed, 60).stream()))
            .anyMatch(step -> step.deed() == deed && step.driver() == driver);
      }
    }
  }
}
