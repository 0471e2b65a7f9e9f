package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes and drivers in processes of their own, killed with SIGKILL. A longer run is {@code sluice chaos}. */
@Timeout(200)
class ChaosIT {

  @Test
  void nothingIsLostOrCountedTwiceWhenAWorkerAndThenTheDriverAreKilled() throws Exception {
    try (Command chaos =
        new Command("chaos", "--nodes", "3", "--seconds", "18", "--seed", "1", "--rate", "5000")) {
      int exit = chaos.awaitExit(150);

      List<String> shown = chaos.lines();
      String verdict = shown.get(shown.size() - 1);
      assertThat(verdict)
          .as(() -> String.join("\n", shown))
          .matches("sent=(\\d+) counted=\\1 lost=0 duplicated=0 .* kills=2");
      assertThat(exit).as(() -> String.join("\n", shown)).isZero();
      System.out.println(verdict);
    }
  }
}
