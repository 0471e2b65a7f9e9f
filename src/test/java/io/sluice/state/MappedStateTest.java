package io.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows S9 to S16 of the conformance cases. */
class MappedStateTest {

  private final KeyedState state = new KeyedState();
  private final List<Object> calls = new ArrayList<>();

  @Test
  void s9_stateObject() {
    StateCell cell = new StateCell();

    cell.wrap(null);
    assertThat(cell.exists()).isFalse();
    assertThat(cell.getOption()).isEmpty();
    assertThatThrownBy(cell::get).isInstanceOf(NoSuchElementException.class);

    cell.wrap(1);
    assertThat(cell.get()).isEqualTo(1);
    assertThat(cell.isUpdated()).isFalse();
    cell.update(2);
    assertThat(cell.get()).isEqualTo(2);
    assertThat(cell.isUpdated()).isTrue();
    cell.remove();
    assertThat(cell.exists()).isFalse();
    assertThat(cell.isRemoved()).isTrue();
    assertThatThrownBy(() -> cell.update(3)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(cell::remove).isInstanceOf(IllegalStateException.class);

    cell.wrapTimingOut(3);
    assertThat(cell.get()).isEqualTo(3);
    assertThat(cell.isTimingOut()).isTrue();
    assertThatThrownBy(() -> cell.update(4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("timing out");
    assertThatThrownBy(cell::remove).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void s10_withoutData_functionIsNotCalled_withoutUpdate_stampStays() {
    batch(1000, () -> state.put("k", 5));

    run(2000, null, rule -> {});
    assertThat(calls).isEmpty();
    assertThat(state.time("k")).isEqualTo(1000);

    run(3000, null, rule -> add(rule, "k", "noop"));
    assertThat(calls).containsExactly("noop");
    assertThat(state.get("k")).isEqualTo(5);
    assertThat(state.time("k")).isEqualTo(1000);
  }

  @Test
  void s11_getUpdateAndRemove() {
    assertThat(run(1000, null, rule -> add(rule, "k", "get"))).containsExactly(-1);
    run(2000, null, rule -> add(rule, "k", "create"));
    assertThat(state.get("k")).isEqualTo(0);
    assertThat(state.time("k")).isEqualTo(2000);
    run(3000, null, rule -> add(rule, "k", "inc"));
    assertThat(state.get("k")).isEqualTo(1);
    assertThat(run(4000, null, rule -> add(rule, "k", "get"))).containsExactly(1);
    run(5000, null, rule -> add(rule, "k", "remove"));
    assertThat(state.get("k")).isNull();
  }

  @Test
  void s12_timesOutOnlyWhenStrictlyOlder() {
    batch(1000, () -> state.put("k", 5));

    run(2000, 1000L, rule -> {});
    assertThat(state.get("k")).isEqualTo(5);

    assertThat(run(3000, 1001L, rule -> {})).containsExactly("timed out 5");
    assertThat(state.get("k")).isNull();
  }

  @Test
  void s13_dataProtectsFromTimingOut() {
    batch(1000, () -> {
      state.put("k", 5);
      state.put("gone", 6);
    });

    List<Object> output = run(2000, 1001L, rule -> {
      add(rule, "k", "noop");
      add(rule, "gone", "remove");
      add(rule, "none", "noop");
    });

    assertThat(output).isEmpty();
    assertThat(state.time("k")).isEqualTo(2000);
    assertThat(all()).isEqualTo(Map.of("k", 5));
  }

  @Test
  void s14_onlyKeysWithDataAreTouched() {
    batch(1000, () -> {
      state.put("k1", 0);
      state.put("k2", 0);
    });

    run(2000, null, rule -> add(rule, "k3", "create"));

    assertThat(state.time("k1")).isEqualTo(1000);
    assertThat(state.time("k2")).isEqualTo(1000);
    assertThat(state.time("k3")).isEqualTo(2000);
  }

  @Test
  void s15_recordsOfAKeyAreAppliedInTurn() {
    batch(1000, () -> {
      state.put("k1", 1);
      state.put("k2", 0);
    });

    run(2000, null, rule -> {
      add(rule, "x", "noop");
      add(rule, "k2", "inc");
      add(rule, "k2", "inc");
      add(rule, "k3", "create");
    });

    assertThat(all()).isEqualTo(Map.of("k1", 1, "k2", 2, "k3", 0));
  }

  @Test
  void s16_stateBeforeTheBatchIsThereWhenItIsRunAgain() {
    batch(1000, () -> state.put("k", 5));
    state.open(2000, 1);
    MappedState first = new MappedState(state, this::call, 1500L);
    add(first, "k", "inc");
    add(first, "new", "create");
    state.release();

    state.open(2000, 2);
    assertThat(all()).isEqualTo(Map.of("k", 5));
    assertThat(state.time("k")).isEqualTo(1000);
    state.release();
  }

  @Test
  void nullIsNoState() {
    StateCell cell = new StateCell();
    cell.wrap(1);

    assertThatThrownBy(() -> updateToNull(cell))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("remove()");
  }

  @SuppressWarnings("NullAway") // what a program might do
  private static void updateToNull(StateCell cell) {
    cell.update(null);
  }

  private void add(MappedState rule, Object key, Object value) {
    rule.add(key, value, output::add);
  }

  private final List<Object> output = new ArrayList<>();

  private List<Object> run(long millis, @Nullable Long expiry, Consumer<MappedState> records) {
    output.clear();
    calls.clear();
    batch(millis, () -> {
      MappedState rule = new MappedState(state, this::call, expiry);
      records.accept(rule);
      rule.expire(output::add);
    });
    return List.copyOf(output);
  }

  private void call(
      Object key, Optional<Object> value, State<Object> cell, Consumer<Object> consumer) {
    String command =
        value.map(String::valueOf).orElse("timed out " + cell.getOption().orElse(""));
    calls.add(command);
    switch (command) {
      case "noop" -> {}
      case "get" -> consumer.accept(cell.getOption().orElse(-1));
      case "create" -> cell.update(0);
      case "inc" -> cell.update((Integer) cell.get() + 1);
      case "remove" -> cell.remove();
      default -> consumer.accept(command);
    }
  }

  private void batch(long millis, Runnable changes) {
    state.open(millis, 1);
    changes.run();
    state.complete();
    state.release();
    state.commit(millis);
  }

  private Map<Object, Object> all() {
    Map<Object, Object> all = new HashMap<>();
    state.forEach(all::put);
    return all;
  }
}
