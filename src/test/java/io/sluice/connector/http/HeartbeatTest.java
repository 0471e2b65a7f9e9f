package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.connector.http.Heartbeat.Step;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

  private final Heartbeat heartbeat =
      new Heartbeat(Duration.ofSeconds(20), Duration.ofSeconds(60), at(5));

  @Test
  void quietConnectionIsAskedAgainAndAgainAndThenIsDead() {
    assertThat(heartbeat.waitNanos(at(5))).isEqualTo(at(20));
    assertThat(heartbeat.step(at(24))).isEqualTo(Step.WAIT);
    assertThat(heartbeat.step(at(25))).isEqualTo(Step.PING);
    assertThat(heartbeat.step(at(25))).isEqualTo(Step.WAIT);
    assertThat(heartbeat.step(at(45))).isEqualTo(Step.PING);
    assertThat(heartbeat.waitNanos(at(50))).isEqualTo(at(15));
    assertThat(heartbeat.step(at(65))).isEqualTo(Step.DEAD);
    assertThat(heartbeat.waitNanos(at(70))).isZero();
  }

  @Test
  void connectionThatSpeaksLives() {
    assertThat(heartbeat.step(at(25))).isEqualTo(Step.PING);

    heartbeat.heard(at(30));

    assertThat(heartbeat.step(at(49))).isEqualTo(Step.WAIT);
    assertThat(heartbeat.step(at(50))).isEqualTo(Step.PING);
    assertThat(heartbeat.step(at(89))).isEqualTo(Step.PING);
    assertThat(heartbeat.step(at(90))).isEqualTo(Step.DEAD);
  }

  private static long at(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
