package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.connector.http.Ending.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private final Backoff backoff = new Backoff(() -> 0);

  @Test
  void networkFailuresWaitAQuarterOfASecondMoreEachTime() {
    assertThat(millis(Kind.NETWORK, 3)).containsExactly(250L, 500L, 750L);
    assertThat(millis(Kind.NETWORK, 100)).endsWith(16_000L, 16_000L);
  }

  @Test
  void failuresOfTheServerWaitTwiceAsLongEachTime() {
    assertThat(millis(Kind.SERVER, 8))
        .containsExactly(5_000L, 10_000L, 20_000L, 40_000L, 80_000L, 160_000L, 320_000L, 320_000L);
    assertThat(millis(Kind.SERVER, 1000)).endsWith(320_000L);
  }

  @Test
  void tooManyRequestsWaitAMinuteThenTwiceAsLongEachTime() {
    assertThat(millis(Kind.LIMITED, 6))
        .containsExactly(60_000L, 120_000L, 240_000L, 480_000L, 960_000L, 960_000L);
  }

  @Test
  void refusalsAreNotAskedAgainSoon() {
    assertThat(millis(Kind.REFUSED, 2)).containsExactly(300_000L, 300_000L);
  }

  @Test
  void timeThatTheServerAsksForCounts() {
    assertThat(backoff.after(asked(Kind.LIMITED, Duration.ofSeconds(7)))).hasSeconds(7);
    assertThat(backoff.after(asked(Kind.SERVER, Duration.ofSeconds(90)))).hasSeconds(90);
    assertThat(backoff.after(asked(Kind.LIMITED, Duration.ZERO))).hasSeconds(1);
    assertThat(backoff.after(asked(Kind.LIMITED, Duration.ofDays(9)))).hasSeconds(3600);
  }

  @Test
  void connectionThatAlwaysBreaksIsNotMadeWithoutEndWhateverTheServerAsksFor() {
    assertThat(backoff.after(asked(Kind.NETWORK, Duration.ZERO))).hasMillis(250);
    assertThat(backoff.after(asked(Kind.NETWORK, Duration.ZERO))).hasMillis(500);
    assertThat(backoff.after(asked(Kind.NETWORK, Duration.ofSeconds(3)))).hasMillis(3000);
  }

  @Test
  void dataBeginsAgainFromTheBeginning() {
    List<Long> unused = millis(Kind.SERVER, 5);

    backoff.reset();

    assertThat(millis(Kind.SERVER, 1)).containsExactly(5_000L);
  }

  @Test
  void chanceAddsUpToAFifth() {
    Random seeded = new Random(17);
    Backoff random = new Backoff(seeded::nextDouble);

    List<Long> waits = Stream.generate(() -> random.after(new Ending(Kind.REFUSED, "no")))
        .limit(100)
        .map(Duration::toMillis)
        .toList();

    assertThat(waits).allSatisfy(wait -> assertThat(wait).isBetween(300_000L, 360_000L));
    assertThat(waits.stream().distinct().count()).isGreaterThan(90);
  }

  private List<Long> millis(Kind kind, int times) {
    return Stream.generate(() -> backoff.after(new Ending(kind, "failed")))
        .limit(times)
        .map(Duration::toMillis)
        .toList();
  }

  private static Ending asked(Kind kind, @Nullable Duration time) {
    return new Ending(kind, "failed", null, time);
  }
}
