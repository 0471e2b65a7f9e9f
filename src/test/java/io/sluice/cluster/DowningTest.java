package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DowningTest {

  private final Downing downing = new Downing();
  private final Set<String> kept = new HashSet<>();

  private List<String> beats(int count, Set<String> unreachable, Set<String> heard) {
    List<String> out = new ArrayList<>();
    for (int beat = 0; beat < count; beat++) {
      out.addAll(downing.beat(unreachable, heard::contains, kept::contains));
    }
    return out;
  }

  @Test
  void nodeThatNobodyHearsGoesAfterAFewBeats() {
    assertThat(beats(5, Set.of("a"), Set.of())).isEmpty();
    assertThat(beats(1, Set.of("a"), Set.of())).containsExactly("a");
  }

  @Test
  void ofTwoThatDoNotReachEachOtherOneGoesAndTheOtherIsGivenTime() {
    Set<String> parted = Set.of("a", "b");

    assertThat(beats(15, parted, parted)).isEmpty();
    assertThat(beats(1, parted, parted)).containsExactly("b");
    assertThat(beats(15, parted, parted)).isEmpty();
  }

  @Test
  void nodeWithTheOnlyCopyOfSomethingStays() {
    kept.add("a");
    assertThat(beats(100, Set.of("a"), Set.of())).isEmpty();
    kept.clear();
    assertThat(beats(1, Set.of("a"), Set.of())).containsExactly("a");
  }

  @Test
  void ofTwoThatDoNotReachEachOtherTheOneWithTheOnlyCopyStays() {
    kept.add("b");

    assertThat(beats(16, Set.of("a", "b"), Set.of("a", "b"))).containsExactly("a");
  }

  @Test
  void whatASilentNodeDoesNotReachIsNotTakenOut() {
    assertThat(beats(15, Set.of("deaf", "a", "b"), Set.of("a", "b"))).containsOnly("deaf");
  }

  @Test
  void nodeThatIsReachedAgainStartsFromNothing() {
    assertThat(beats(5, Set.of("a"), Set.of())).isEmpty();
    assertThat(beats(1, Set.of(), Set.of())).isEmpty();
    assertThat(beats(5, Set.of("a"), Set.of())).isEmpty();
  }
}
