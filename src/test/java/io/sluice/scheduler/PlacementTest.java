package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final int PARTITIONS = 8;

  private final Placement placement = new Placement(PARTITIONS);

  @Test
  void partitionsAreSpreadEvenlyAndEachHasAStandbyElsewhere() {
    placement.assign(List.of("a", "b", "c"));

    assertThat(placement.owners()).containsExactly("a", "b", "c", "a", "b", "c", "a", "b");
    for (int partition = 0; partition < PARTITIONS; partition++) {
      assertThat(placement.standbys().get(partition)).isNotEqualTo(placement.owner(partition));
    }
  }

  @Test
  void singleWorkerHasNoStandby() {
    placement.assign(List.of("a"));

    assertThat(placement.standbys()).isEmpty();
    assertThat(placement.missingCopies(List.of("a"))).isEmpty();
    assertThat(placement.remove("a", List.of("b"))).hasSize(PARTITIONS);
  }

  @Test
  void onlyWorkerThatStaysBecomesTheStandbyOfOneThatLeaves() {
    placement.assign(List.of("a"));

    List<Placement.Copy> copies = placement.missingCopies(List.of("b"));

    assertThat(copies).hasSize(PARTITIONS).allMatch(copy -> copy.standby().equals("b"));
    assertThat(placement.canSpare("a")).isFalse();
    copies.forEach(copy -> placement.copied(copy.partition(), copy.standby()));
    assertThat(placement.canSpare("a")).isTrue();
    assertThat(placement.remove("a", List.of("b"))).isEmpty();
    assertThat(placement.owners()).containsOnly("b");
  }

  @Test
  void standbyTakesTheLostOwnersPlaceAndNothingElseMoves() {
    placement.assign(List.of("a", "b", "c"));
    List<String> before = placement.owners();
    List<String> standbys = placement.standbys();

    Set<Integer> lost = placement.remove("a", List.of("b", "c"));

    assertThat(lost).isEmpty();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      String expected =
          before.get(partition).equals("a") ? standbys.get(partition) : before.get(partition);
      assertThat(placement.owner(partition)).isEqualTo(expected);
    }
  }

  @Test
  void secondLossBeforeTheCopiesAreMadeLosesWhatHadNoCopy() {
    placement.assign(List.of("a", "b", "c"));
    placement.remove("a", List.of("b", "c"));

    Set<Integer> lost = placement.remove("b", List.of("c"));

    assertThat(lost).containsExactlyInAnyOrder(0, 3, 6);
  }

  @Test
  void secondLossAfterTheCopiesAreMadeLosesNothing() {
    placement.assign(List.of("a", "b", "c"));
    placement.remove("a", List.of("b", "c"));

    List<Placement.Copy> copies = placement.missingCopies(List.of("b", "c"));
    copies.forEach(copy -> placement.copied(copy.partition(), copy.standby()));

    assertThat(copies).allSatisfy(copy -> assertThat(copy.owner()).isNotEqualTo(copy.standby()));
    assertThat(placement.missingCopies(List.of("b", "c"))).isEmpty();
    assertThat(placement.remove("b", List.of("c"))).isEmpty();
    assertThat(placement.owners()).containsOnly("c");
  }

  @Test
  void newWorkerTakesItsShareOnceItHasTheCopies() {
    List<String> workers = List.of("a", "b", "c");
    placement.assign(List.of("a", "b"));

    List<Placement.Copy> copies = placement.missingCopies(workers);
    assertThat(placement.owners()).doesNotContain("c");
    assertThat(placement.standbys()).doesNotContain("c");
    assertThat(placement.canSpare("a")).isTrue();
    assertThat(placement.canSpare("b")).isTrue();
    copies.forEach(copy -> placement.copied(copy.partition(), copy.standby()));
    placement.rebalance(workers);

    for (String worker : workers) {
      assertThat(Collections.frequency(placement.owners(), worker)).isBetween(2, 3);
    }
  }

  @Test
  void ownerThatIsLostWhileItsStandbyMovesIsFollowedByTheStandbyBefore() {
    placement.assign(List.of("a", "b"));
    List<Placement.Copy> copies = placement.missingCopies(List.of("a", "b", "c"));
    assertThat(copies).isNotEmpty().allMatch(copy -> copy.standby().equals("c"));

    assertThat(placement.remove("a", List.of("b", "c"))).isEmpty();
    assertThat(placement.owners()).containsOnly("b");
  }

  @Test
  void placementIsOutdatedWhenAWorkerHasNoPart() {
    placement.assign(List.of("a", "b"));

    assertThat(placement.isOutdated(List.of("b", "a"))).isFalse();
    assertThat(placement.isOutdated(List.of("a", "b", "c"))).isTrue();
  }
}
