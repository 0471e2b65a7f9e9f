package io.sluice.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.checkpoint.LedgerSimulation.Flaw;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of seeds; {@code -Dsluice.seed=N} runs one of them again. */
class MajorityLedgerSimulationTest {

  private static final int SEEDS = 2000;

  @Test
  void nothingAcknowledgedIsEverMissing() {
    Long only = Long.getLong("sluice.seed");
    LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
    long epochs = 0;
    long acknowledged = 0;
    long changes = 0;
    for (long seed : seeds.toArray()) {
      LedgerSimulation simulation = new LedgerSimulation(seed, Flaw.NONE);
      try {
        LedgerOracle oracle = simulation.run();
        epochs += oracle.epochs();
        acknowledged += oracle.acknowledged();
        changes += simulation.changes();
      } catch (RuntimeException | AssertionError found) {
        throw new AssertionError("Run again with -Dsluice.seed=" + seed, found);
      }
    }
    if (only == null) {
      assertThat(epochs).as("epochs").isGreaterThan(3 * SEEDS);
      assertThat(acknowledged).as("acknowledged").isGreaterThan(20 * SEEDS);
      assertThat(changes).as("changes of members").isGreaterThan(SEEDS);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void flawIsFound(Flaw flaw) {
    OptionalLong seed =
        LongStream.range(0, SEEDS).filter(it -> isFound(it, flaw)).findFirst();
    assertThat(seed).as("a seed that finds " + flaw).isPresent();
  }

  private static boolean isFound(long seed, Flaw flaw) {
    try {
      new LedgerSimulation(seed, flaw).run();
      return false;
    } catch (AssertionError found) {
      return true;
    }
  }
}
