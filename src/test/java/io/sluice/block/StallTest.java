package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StallTest {

  private final Stall stall = new Stall(100);

  @Test
  void connectionWithoutRequestsIsNeverBroken() {
    stall.asked(0);
    stall.answered();

    assertThat(stall.isBroken(1_000_000)).isFalse();
  }

  @Test
  void requestThatNothingMovesForBreaksTheConnection() {
    stall.asked(0);
    stall.asked(90);

    assertThat(stall.isBroken(100)).isFalse();
    assertThat(stall.isBroken(101)).isTrue();
  }

  @Test
  void longTransferThatMovesIsNotBroken() {
    stall.asked(0);
    stall.moved(100);

    assertThat(stall.isBroken(200)).isFalse();
    assertThat(stall.isBroken(201)).isTrue();
  }

  @Test
  void idleTimeDoesNotCountAgainstTheNextRequest() {
    stall.moved(0);

    stall.asked(500);

    assertThat(stall.isBroken(600)).isFalse();
    assertThat(stall.isBroken(601)).isTrue();
  }
}
