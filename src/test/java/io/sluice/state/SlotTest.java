package io.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A slot gives back what it was given, whatever it held before. */
class SlotTest {

  private static final class Plain extends Slot {}

  private static final List<Object> VALUES = new ArrayList<>(Arrays.asList(
      null,
      0L,
      Long.MIN_VALUE,
      -1L,
      0,
      Integer.MIN_VALUE,
      -1,
      0.0,
      -0.0,
      Double.NaN,
      Double.NEGATIVE_INFINITY,
      1.5f,
      (short) 7,
      true,
      "text",
      List.of(1L)));

  @Test
  void everyValueFollowsEveryOther() {
    Plain slot = new Plain();
    for (Object before : VALUES) {
      for (Object after : VALUES) {
        slot.set(before);
        slot.set(after);

        assertThat(slot.value()).isEqualTo(after);
        assertThat(slot.isEmpty()).isEqualTo(after == null);
        if (after != null) {
          assertThat(slot.value()).hasSameClassAs(after);
        }
      }
    }
  }

  @Test
  void aSlotTakesOverWhatAnotherHoldsThen() {
    for (Object value : VALUES) {
      Plain from = new Plain();
      Plain to = new Plain();
      to.set("before");
      from.set(value);
      to.setTo(from);
      from.set(99L);

      assertThat(to.value()).isEqualTo(value);
    }
  }
}
