package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.LedgerSeats.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerSeatsTest {

  private final LedgerSeats seats = new LedgerSeats("driver", 3, 5);

  private List<String> settle(String... members) {
    List<String> now = new ArrayList<>(List.of(members));
    for (Optional<Change> change = seats.next(now); change.isPresent(); change = seats.next(now)) {
      if (change.get().adds()) {
        now.add(change.get().address());
      } else {
        now.remove(change.get().address());
      }
    }
    return now;
  }

  private void hear(String... addresses) {
    for (String address : addresses) {
      seats.heard(address);
    }
  }

  private void beats(int count) {
    for (int beat = 0; beat < count; beat++) {
      seats.beat();
    }
  }

  @Test
  void driverAloneHoldsTheLedgerAlone() {
    hear("driver");

    assertThat(settle("driver")).containsExactly("driver");
  }

  @Test
  void secondNodeAddsNothingThatOneDoesNotHave() {
    hear("driver", "a");

    assertThat(settle("driver")).containsExactly("driver");
  }

  @Test
  void threeNodesHoldTheLedgerTogether() {
    hear("driver", "a", "b", "c");

    assertThat(settle("driver")).hasSize(3).contains("driver");
  }

  @Test
  void lostNodeIsReplaced() {
    hear("driver", "a", "b");
    List<String> members = settle("driver");
    beats(4);
    hear("driver", "a", "c");
    beats(2);

    assertThat(settle(members.toArray(String[]::new)))
        .containsExactlyInAnyOrder("driver", "a", "c");
  }

  @Test
  void nodesThatAreTooFewLeaveTheLedgerToTheDriver() {
    hear("driver", "a", "b");
    List<String> members = settle("driver");
    beats(4);
    hear("driver", "a");
    beats(2);

    assertThat(settle(members.toArray(String[]::new))).containsExactly("driver");
  }

  @Test
  void majorityIsOfThoseThatWereHeardOfLate() {
    hear("driver", "a", "b");
    assertThat(seats.isMajority(List.of("driver", "a", "b"))).isTrue();

    beats(6);

    assertThat(seats.isMajority(List.of("driver", "a", "b"))).isFalse();
    assertThat(seats.isMajority(List.of("driver"))).isTrue();
  }

  @Test
  void driverHearsMostOfTheMembersUntilHalfOfItsPatienceIsOver() {
    List<String> members = List.of("driver", "a", "b");
    assertThat(seats.hearsMajority(List.of("driver"))).isTrue();
    assertThat(seats.hearsMajority(members)).isFalse();
    hear("a");
    beats(2);
    assertThat(seats.hearsMajority(members)).isTrue();

    beats(1);

    assertThat(seats.hearsMajority(members)).isFalse();
    assertThat(seats.isMajority(members)).isTrue();
  }

  @Test
  void driverThatDoesNotHearMostMembersRemovesNone() {
    List<String> members = List.of("driver", "a", "b");
    hear("a", "b");

    beats(6);

    assertThat(seats.next(members)).isEmpty();
  }
}
