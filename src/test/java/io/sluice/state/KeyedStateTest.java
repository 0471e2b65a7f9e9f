package io.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyedStateTest {

  private final KeyedState state = new KeyedState();

  @Test
  void m1_putGetAndRemove_byTime() {
    state.trackTime();
    batch(10, () -> state.put(1, 100));
    assertThat(state.get(1)).isEqualTo(100);
    assertThat(state.get(2)).isNull();
    assertThat(state.before(10)).isEmpty();
    assertThat(state.before(11)).containsExactly(1);

    batch(20, () -> state.put(2, 200));
    batch(30, () -> {
      assertThat(state.before(11)).containsExactly(1);
      assertThat(state.before(21)).containsExactly(1, 2);
      state.remove(1);
    });

    assertThat(state.get(1)).isNull();
    assertThat(all()).isEqualTo(Map.of(2, 200));
  }

  @Test
  void m2_whatABatchDidIsTakenBackWhenItIsRunAgain() {
    batch(10, () -> state.put(2, 200));

    state.open(20, 1);
    state.put(3, 300);
    state.put(4, 400);
    state.remove(4);
    state.remove(2);
    assertThat(all()).isEqualTo(Map.of(3, 300));
    state.put(2, 201);
    state.put(1, 100);
    state.release();

    state.open(20, 2);
    assertThat(all()).isEqualTo(Map.of(2, 200));
    state.release();
  }

  @Test
  void m3_anySequenceOfChangesEqualsThatOfAMap() {
    for (int sequence = 0; sequence < 1 << 9; sequence++) {
      KeyedState changed = new KeyedState();
      KeyedState standby = new KeyedState();
      Map<Object, Object> reference = new HashMap<>();
      for (int batch = 0; batch < 3; batch++) {
        for (int attempt = 1; attempt <= 2; attempt++) {
          changed.open(batch + 1, attempt);
          Map<Object, Object> expected = new HashMap<>(reference);
          for (int op = 0; op < 3; op++) {
            int value = batch * 10 + op;
            if ((sequence >> (batch * 3 + op) & 1) == 1) {
              changed.put(op % 2, value);
              expected.put(op % 2, value);
            } else {
              changed.remove(op % 2);
              expected.remove(op % 2);
            }
          }
          assertThat(all(changed)).as("sequence %d", sequence).isEqualTo(expected);
          if (attempt == 2) {
            reference = expected;
            changed.complete();
            standby.apply(changed.delta());
          }
          changed.release();
        }
        changed.commit(batch + 1);
      }
      KeyedState copy = new KeyedState();
      changed.snapshot(1).forEach(copy::apply);
      assertThat(all(changed)).as("sequence %d", sequence).isEqualTo(reference);
      assertThat(all(standby)).as("sequence %d", sequence).isEqualTo(reference);
      assertThat(all(copy)).as("sequence %d", sequence).isEqualTo(reference);
    }
  }

  @Test
  void timesOfKeysSurviveACopyAndABatchThatIsRunAgain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Object, Long> touched = new HashMap<>();
    KeyedState standby = new KeyedState();
    state.trackTime();
    for (long batch = 1; batch <= 60; batch++) {
      long before = batch - 5;
      state.open(batch, 1);
      change(batch, random.nextInt(4), new HashMap<>());
      state.release();

      state.open(batch, 2);
      Set<Object> expired = state.before(before);
      assertThat(expired)
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(touched.entrySet().stream()
              .filter(entry -> entry.getValue() < before)
              .map(Map.Entry::getKey)
              .toList());
      expired.forEach(key -> {
        state.remove(key);
        touched.remove(key);
      });
      state.expired(before);
      change(batch, random.nextInt(4), touched);
      state.complete();
      standby.apply(state.delta());
      state.release();
      state.commit(batch);
      assertThat(standby.before(batch + 1))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(touched.keySet());
    }
  }

  private void change(long batch, int key, Map<Object, Long> touched) {
    state.put(key, batch);
    touched.put(key, batch);
  }

  @Test
  void batchWhoseTaskDidNotCompleteHereIsNotCommitted() {
    batch(1, () -> state.put("a", 1));
    state.open(2, 1);
    state.put("a", 2);
    state.release();

    state.commit(2);

    assertThat(all()).isEqualTo(Map.of("a", 1));
  }

  @Test
  void attemptThatWasGivenUpIsRefused() {
    state.open(2, 2);
    state.release();
    assertThatThrownBy(() -> state.open(2, 1)).isInstanceOf(SluiceException.class);

    state.commit(2);
    assertThatThrownBy(() -> state.open(2, 3)).isInstanceOf(SluiceException.class);

    state.open(3, 1);
    state.release();
  }

  @Test
  @SuppressWarnings("NullAway") // records may have null keys
  void nullIsAKeyLikeAnyOther() {
    batch(1, () -> state.put(null, 1));

    assertThat(state.get(null)).isEqualTo(1);
  }

  private void batch(long millis, Runnable changes) {
    state.open(millis, 1);
    changes.run();
    state.complete();
    state.release();
    state.commit(millis);
  }

  private Map<Object, Object> all() {
    return all(state);
  }

  private static Map<Object, Object> all(KeyedState state) {
    Map<Object, Object> all = new HashMap<>();
    state.forEach(all::put);
    return all;
  }
}
