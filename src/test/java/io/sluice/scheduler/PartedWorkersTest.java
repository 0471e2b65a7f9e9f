package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartedWorkersTest {

  private final PartedWorkers parted = new PartedWorkers();

  @Test
  void sameOneOfTwoIsGivenUpWhoeverComplains() {
    assertThat(parted.given("a", "b", worker -> true, 0)).contains("b");
    assertThat(parted.given("b", "a", worker -> true, 0)).contains("b");
  }

  @Test
  void otherOneIsGivenUpIfTheFirstHasSomethingThatNobodyElseHas() {
    assertThat(parted.given("a", "b", worker -> worker.equals("a"), 0)).contains("a");
    assertThat(parted.given("a", "b", worker -> false, 0)).isEmpty();
  }

  @Test
  void workerThatWasGivenUpIsNotLetInAtOnce() {
    parted.given("a", "b", worker -> true, 100);

    assertThat(parted.isBarred("b", 149)).isTrue();
    assertThat(parted.isBarred("b", 150)).isFalse();
    assertThat(parted.isBarred("a", 100)).isFalse();
  }
}
