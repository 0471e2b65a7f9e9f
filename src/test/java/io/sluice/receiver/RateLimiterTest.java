package io.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void l1_withoutMaximumAnUpdateHolds() {
    assertThat(updated(0, 105)).isEqualTo(105);
  }

  @Test
  void l2_updateBelowTheMaximumHolds() {
    assertThat(updated(110, 105)).isEqualTo(105);
  }

  @Test
  void l3_updateAboveTheMaximumIsCapped() {
    assertThat(updated(100, 105)).isEqualTo(100);
  }

  private static double updated(double max, double to) {
    RateLimiter limiter = new RateLimiter(max, 0, 0);
    limiter.update(to, 0);
    return limiter.rate();
  }

  @Test
  void l4_blocksOfALimitedReceiverAreEven() {
    RateLimiter limiter = new RateLimiter(100, 0, 0);
    List<Long> blocks = new ArrayList<>();
    BlockBuilder builder = new BlockBuilder(1 << 20, block -> blocks.add(block.records()));
    long blockNanos = SECOND / 10;
    for (long now = 0; now <= 2 * SECOND; ) {
      builder.flushIfOlder(now, blockNanos);
      long wait = limiter.take(1, now);
      if (wait == 0) {
        builder.add("record", now);
      }
      now += wait;
    }
    builder.close();

    assertThat(blocks.stream().mapToLong(Long::longValue).sum()).isBetween(197L, 201L);
    assertThat(blocks.subList(1, blocks.size() - 1))
        .allSatisfy(records -> assertThat(records).isBetween(7L, 11L));
  }

  @Test
  void withoutLimitNothingWaits() {
    RateLimiter limiter = new RateLimiter(0, 0, 0);

    assertThat(limiter.isLimited()).isFalse();
    assertThat(limiter.take(1_000_000, 0)).isZero();
    assertThat(limiter.take(1_000_000, 0)).isZero();
  }

  @Test
  void initialRateIsBelowTheMaximum() {
    assertThat(new RateLimiter(100, 50, 0).rate()).isEqualTo(50);
    assertThat(new RateLimiter(100, 500, 0).rate()).isEqualTo(100);
  }

  @Test
  void rateThatIsNotPositiveIsIgnored() {
    assertThat(updated(100, 0)).isEqualTo(100);
    assertThat(updated(100, -5)).isEqualTo(100);
  }

  @Test
  void manyAtOnceMakeTheNextWait() {
    RateLimiter limiter = new RateLimiter(100, 0, 0);

    assertThat(limiter.take(101, 0)).isZero();

    assertThat(limiter.take(1, 0)).isEqualTo(SECOND + SECOND / 100);
    assertThat(limiter.take(1, SECOND)).isPositive();
    assertThat(limiter.take(1, SECOND + SECOND / 100)).isZero();
  }

  @Test
  void raisedRateShortensWaitingAndLoweredRateLengthensIt() {
    RateLimiter limiter = new RateLimiter(0, 10, 0);
    limiter.take(11, 0);
    assertThat(limiter.take(1, 0)).isEqualTo(SECOND + SECOND / 10);

    limiter.update(100, 0);
    assertThat(limiter.take(1, 0)).isEqualTo(11 * SECOND / 100);
    limiter.update(1, 0);

    assertThat(limiter.take(1, 0)).isEqualTo(11 * SECOND);
  }

  @Test
  void idleTimeIsNotSavedUp() {
    RateLimiter limiter = new RateLimiter(1000, 0, 0);

    int taken = 0;
    while (limiter.take(1, 100 * SECOND) == 0) {
      taken++;
    }

    assertThat(taken).isBetween(1, 11);
  }
}
