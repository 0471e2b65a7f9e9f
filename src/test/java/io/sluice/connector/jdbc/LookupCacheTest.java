package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LookupCacheTest {

  private final LookupCache<Integer, String> cache = LookupCache.of(UUID.randomUUID(), 1000);
  private final List<Integer> asked = Collections.synchronizedList(new ArrayList<>());

  private Map<Integer, String> answer(List<Integer> keys) {
    asked.addAll(keys);
    return keys.contains(1) ? Map.of(1, "one") : Map.of();
  }

  @Test
  void whatIsKnownIsNotAskedForAgain() throws Exception {
    assertThat(cache.get(List.of(1, 2, 1), this::answer))
        .isEqualTo(Map.of(1, Optional.of("one"), 2, Optional.empty()));
    assertThat(cache.get(List.of(2, 3), this::answer))
        .isEqualTo(Map.of(2, Optional.empty(), 3, Optional.empty()));
    assertThat(asked).containsExactly(1, 2, 3);
  }

  @Test
  void batchHasACacheOfItsOwn() {
    UUID lookup = UUID.randomUUID();
    LookupCache<Integer, String> first = LookupCache.of(lookup, 1000);

    assertThat(LookupCache.<Integer, String>of(lookup, 1000)).isSameAs(first);
    assertThat(LookupCache.<Integer, String>of(UUID.randomUUID(), 1000)).isNotSameAs(first);
    assertThat(LookupCache.<Integer, String>of(lookup, 2000)).isNotSameAs(first);
    assertThat(LookupCache.<Integer, String>of(lookup, 1000)).isNotSameAs(first);
  }

  @Test
  void whoWaitsForAFailedQuestionAsksItself() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> first = threads.submit(() -> cache.get(List.of(1), keys -> {
        asking.countDown();
        fail.await();
        throw new IllegalStateException("given up");
      }));
      asking.await();
      Future<Map<Integer, Optional<String>>> second =
          threads.submit(() -> cache.get(List.of(1, 2), keys -> {
            fail.countDown();
            return answer(keys);
          }));

      assertThat(second.get()).isEqualTo(Map.of(1, Optional.of("one"), 2, Optional.empty()));
      assertThatThrownBy(first::get).hasMessageContaining("given up");
      assertThat(asked).containsExactly(2, 1);
    } finally {
      threads.shutdownNow();
    }
  }
}
