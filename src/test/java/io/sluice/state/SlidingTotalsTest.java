package io.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class SlidingTotalsTest {

  private static final List<List<Pair<?, ?>>> NOTHING = List.of();

  private final KeyedState state = new KeyedState();

  @Test
  void whatLeavesIsTakenOffAndWhatEntersIsAdded() {
    advance(1, NOTHING, panes(Pair.of("a", 1)));
    advance(2, NOTHING, panes(Pair.of("a", 2), Pair.of("b", 5)));
    advance(3, panes(Pair.of("a", 1)), panes(Pair.of("b", 1)));

    assertThat(shown(state)).isEqualTo(Map.of("a", 2, "b", 6));
  }

  @Test
  void keyThatHasLeftStaysAtTheIdentity() {
    advance(1, NOTHING, panes(Pair.of("a", 1)));
    advance(2, panes(Pair.of("a", 1)), NOTHING);

    assertThat(shown(state)).isEqualTo(Map.of("a", 0));
  }

  @Test
  void batchThatIsRunAgainStartsFromTheLastCommit() {
    advance(1, NOTHING, panes(Pair.of("a", 1)));

    state.open(2, 1);
    new SlidingTotals(state, sums(value -> true))
        .advance(NOTHING, panes(Pair.of("a", 10), Pair.of("b", 1)));
    state.release();
    advance(2, NOTHING, panes(Pair.of("a", 10)));

    assertThat(shown(state)).isEqualTo(Map.of("a", 11));
  }

  @Test
  void filterHidesAKeyButItsValueStaysThatOfTheWholeWindow() {
    SlidingTotals.Functions moreThanTwo = sums(value -> value > 2);

    advance(1, NOTHING, panes(Pair.of("a", 1)), moreThanTwo);
    assertThat(shown(state)).isEmpty();

    advance(2, NOTHING, panes(Pair.of("a", 2)), moreThanTwo);
    assertThat(shown(state)).isEqualTo(Map.of("a", 3));

    advance(3, panes(Pair.of("a", 1)), NOTHING, moreThanTwo);
    assertThat(shown(state)).isEmpty();
  }

  @Test
  void keyThatTheFilterRejectsIsForgottenWhenItsLastRecordHasLeft() {
    SlidingTotals.Functions notZero = sums(value -> value != 0);
    advance(1, NOTHING, panes(Pair.of("a", 1)), notZero);

    advance(2, panes(Pair.of("a", 1)), NOTHING, notZero);

    assertThat(state.size()).isZero();
  }

  @Test
  @SuppressWarnings("NullAway") // records may have null keys
  void nullIsAKeyLikeAnyOther() {
    advance(1, NOTHING, panes(new Pair<>(null, 1)));
    advance(2, NOTHING, panes(new Pair<>(null, 2)));

    Map<Object, Object> expected = new HashMap<>();
    expected.put(null, 3);
    assertThat(shown(state)).isEqualTo(expected);
  }

  @Test
  void standbyThatAppliesDeltasIsEqualAndSoIsACopyOfTheSnapshot() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    KeyedState standby = new KeyedState();
    TreeMap<Integer, List<List<Pair<?, ?>>>> panes = new TreeMap<>();
    int length = 3;
    for (int batch = 1; batch <= 40; batch++) {
      panes.put(batch, randomPane(random));
      List<List<Pair<?, ?>>> left = panes.getOrDefault(batch - length, NOTHING);

      state.open(batch, 1);
      new SlidingTotals(state, sums(value -> value != 0))
          .advance(left, panes.getOrDefault(batch, NOTHING));
      state.complete();
      standby.apply(state.delta());
      state.release();
      state.commit(batch);
      KeyedState copy = new KeyedState();
      state.snapshot(1).forEach(copy::apply);

      Map<Object, Object> expected = new HashMap<>();
      panes
          .tailMap(batch - length, false)
          .values()
          .forEach(all -> all.forEach(pane -> pane.forEach(pair -> expected.merge(
              pair.key(), pair.value(), (one, other) -> (Integer) one + (Integer) other))));
      assertThat(shown(state)).as("seed %d", seed).isEqualTo(expected);
      assertThat(shown(standby)).as("seed %d", seed).isEqualTo(expected);
      assertThat(shown(copy)).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static List<List<Pair<?, ?>>> randomPane(Random random) {
    List<Pair<?, ?>> pane = new ArrayList<>();
    for (String key : List.of("a", "b", "c", "d")) {
      if (random.nextInt(3) == 0) {
        pane.add(Pair.of(key, 1 + random.nextInt(9)));
      }
    }
    return List.of(pane);
  }

  private void advance(long batch, List<List<Pair<?, ?>>> left, List<List<Pair<?, ?>>> entered) {
    advance(batch, left, entered, sums(value -> true));
  }

  private void advance(
      long batch,
      List<List<Pair<?, ?>>> left,
      List<List<Pair<?, ?>>> entered,
      SlidingTotals.Functions functions) {
    state.open(batch, 1);
    new SlidingTotals(state, functions).advance(left, entered);
    state.complete();
    state.release();
    state.commit(batch);
  }

  private static List<List<Pair<?, ?>>> panes(Pair<?, ?>... pairs) {
    return List.of(List.of(pairs));
  }

  private static Map<Object, Object> shown(KeyedState state) {
    Map<Object, Object> shown = new HashMap<>();
    new SlidingTotals(state, sums(value -> true)).forEach(record -> {
      if (record instanceof Pair<?, ?> pair) {
        shown.put(pair.key(), pair.value());
      }
    });
    return shown;
  }

  private static SlidingTotals.Functions sums(IntPredicate filter) {
    return new SlidingTotals.Functions() {
      @Override
      public Object reduce(Object left, Object right) {
        return (Integer) left + (Integer) right;
      }

      @Override
      public Object inverse(Object total, Object leaving) {
        return (Integer) total - (Integer) leaving;
      }

      @Override
      public boolean keeps(Pair<?, ?> pair) {
        return pair.value() instanceof Integer value && filter.test(value);
      }

      @Override
      public boolean dropsEmptyKeys() {
        return false;
      }
    };
  }
}
