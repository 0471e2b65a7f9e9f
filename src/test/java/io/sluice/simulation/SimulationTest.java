package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole engine under faults that follow from a seed. {@code -Dsluice.simulation.seeds=5000} runs so many histories,
 * {@code -Dsluice.simulation.seed=N} one of them again.
 */
class SimulationTest {

  private static final int SEEDS = 150;
  private static final int DISTURBANCES = 3;
  private static final int TRIES = 40;

  @Test
  void nothingIsLostOrCountedTwice() {
    long only = Long.getLong("sluice.simulation.seed", -1);
    long seeds = Long.getLong("sluice.simulation.seeds", SEEDS);
    LongStream chosen = only >= 0 ? LongStream.of(only) : LongStream.range(0, seeds);
    Seeds.each(chosen.boxed().toList(), SimulationTest::assertHolds);
  }

  private static void assertHolds(long seed) {
    Simulation simulation = new Simulation(seed, Flaw.NONE);
    try {
      simulation.run(DISTURBANCES);
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "-Dsluice.simulation.seed=%d %s: %s%nWhat happened last:%n  %s"
              .formatted(
                  seed,
                  simulation.faults(),
                  failure.getMessage(),
                  String.join("\n  ", simulation.world().trace())),
          failure);
    }
    assertThat(simulation.oracle().numbersCut()).isPositive();
  }

  @Test
  void sameSeedGivesSameHistory() {
    Simulation first = new Simulation(7, Flaw.NONE).run(DISTURBANCES);
    Simulation other = new Simulation(8, Flaw.NONE).run(DISTURBANCES);
    Simulation again = new Simulation(7, Flaw.NONE).run(DISTURBANCES);

    assertThat(again.world().hash()).isEqualTo(first.world().hash());
    assertThat(again.faults()).isEqualTo(first.faults());
    assertThat(other.world().hash()).isNotEqualTo(first.world().hash());
  }

  @ParameterizedTest
  @EnumSource(value = Flaw.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void findsWhatIsBuiltInWrongly(Flaw flaw) {
    assertThatThrownBy(() -> LongStream.range(0, TRIES)
            .forEach(seed -> new Simulation(seed, flaw).run(DISTURBANCES)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("[" + flaw.invariant() + ": ");
  }
}
