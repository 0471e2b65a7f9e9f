package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StrangerNewsTest {

  private static final long START = Long.MAX_VALUE - 5;

  private final StrangerNews news = new StrangerNews();

  @Test
  void aStrangerThatTriesAgainIsToldOfOnceAMinute() {
    assertThat(news.isNews("10.0.0.1", "no certificate", START)).isTrue();
    assertThat(news.isNews("10.0.0.1", "no certificate", START + 1)).isFalse();
    assertThat(news.isNews("10.0.0.1", "no certificate", START + TimeUnit.SECONDS.toNanos(59)))
        .isFalse();
    assertThat(news.isNews("10.0.0.1", "no certificate", START + TimeUnit.SECONDS.toNanos(60)))
        .isTrue();
    assertThat(news.isNews("10.0.0.1", "no certificate", START + TimeUnit.SECONDS.toNanos(61)))
        .isFalse();
  }

  @Test
  void anotherHostOrReasonIsNews() {
    assertThat(news.isNews("10.0.0.1", "no certificate", START)).isTrue();
    assertThat(news.isNews("10.0.0.2", "no certificate", START)).isTrue();
    assertThat(news.isNews("10.0.0.1", "not TLS", START)).isTrue();
  }

  @Test
  void thousandsOfStrangersAreNotAllRemembered() {
    for (int i = 0; i < 1001; i++) {
      assertThat(news.isNews("host-" + i, "no certificate", START)).isTrue();
    }

    assertThat(news.isNews("host-0", "no certificate", START)).isTrue();
    assertThat(news.isNews("host-1000", "no certificate", START)).isFalse();
  }
}
