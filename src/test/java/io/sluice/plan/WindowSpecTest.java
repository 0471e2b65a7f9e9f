package io.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WindowSpecTest {

  @Test
  void windowHoldsTheBatchesAfterItsBeginningUpToItsEnd() {
    WindowSpec spec = seconds(3, 1);

    assertThat(spec.batches(5000, 0)).containsExactly(3000, 4000, 5000);
  }

  @Test
  void firstWindowsSeeFewerBatches() {
    WindowSpec spec = seconds(3, 1);

    assertThat(spec.batches(11_000, 10_000)).containsExactly(11_000);
    assertThat(spec.left(11_000, 10_000)).isEmpty();
    assertThat(spec.left(13_000, 10_000)).isEmpty();
    assertThat(spec.left(14_000, 10_000)).containsExactly(11_000);
  }

  @Test
  void slideLongerThanTheLengthLeavesGaps() {
    WindowSpec spec = seconds(2, 3);

    assertThat(spec.batches(6000, 0)).containsExactly(5000, 6000);
    assertThat(spec.entered(6000, 0)).containsExactly(5000, 6000);
    assertThat(spec.left(6000, 0)).containsExactly(2000, 3000);
  }

  @Test
  void windowBeforeMovedByWhatLeavesAndEntersIsTheWindow() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      int length = 1 + random.nextInt(6);
      int slide = 1 + random.nextInt(6);
      WindowSpec spec = seconds(length, slide);
      long zero = 1000L * random.nextInt(10);
      TreeSet<Long> moved = new TreeSet<>();
      for (long end = zero + slide * 1000L; end < zero + 30_000; end += slide * 1000L) {
        for (long left : spec.left(end, zero)) {
          assertThat(moved.remove(left)).as("seed %d", seed).isTrue();
        }
        for (long entered : spec.entered(end, zero)) {
          assertThat(moved.add(entered)).as("seed %d", seed).isTrue();
        }

        assertThat(moved)
            .as("seed %d, window of %d by %d at %d", seed, length, slide, end)
            .containsExactlyElementsOf(
                Arrays.stream(spec.batches(end, zero)).boxed().toList());
      }
    }
  }

  @Test
  void lengthAndSlideMustBeMultiplesOfTheInputsSlide() {
    assertThatThrownBy(() -> WindowSpec.of(Duration.ofSeconds(7), Duration.ofSeconds(2), 2000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Window length of 7 s does not fit a stream that slides by 2 s; length and"
            + " slide must be positive multiples of it.");
    assertThatThrownBy(() -> WindowSpec.of(Duration.ofSeconds(4), Duration.ZERO, 2000))
        .hasMessageStartingWith("Window slide of 0 s");
    assertThatThrownBy(
            () -> WindowSpec.of(Duration.ofNanos(2_000_000_001), Duration.ofSeconds(2), 2000))
        .hasMessageStartingWith("Window length of PT2.000000001S");
  }

  private static WindowSpec seconds(int length, int slide) {
    return WindowSpec.of(Duration.ofSeconds(length), Duration.ofSeconds(slide), 1000);
  }
}
