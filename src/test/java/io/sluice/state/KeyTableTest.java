package io.sluice.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the table of keys holds, by any history, equals what a map holds; several keys at once are looked up like one. */
class KeyTableTest {

  /** A key whose hash many others have. */
  private record Colliding(int number) {
    @Override
    public int hashCode() {
      return number % 8;
    }
  }

  @Test
  void anyHistoryEqualsThatOfAMap() {
    Random random = new Random(11);
    KeyTable table = new KeyTable();
    Map<Object, Object> reference = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      Object key = random.nextBoolean() ? new Colliding(random.nextInt(60)) : random.nextInt(2000);
      KeyTable.Entry entry = table.find(key);
      assertThat(entry == null ? null : entry.value()).isEqualTo(reference.get(key));
      if (entry == null) {
        table.add(entry(key, step));
        reference.put(key, step);
      } else if (random.nextInt(3) == 0) {
        table.remove(entry);
        reference.remove(key);
      } else {
        entry.set(step);
        reference.put(key, step);
      }
    }

    assertThat(table.size()).isEqualTo(reference.size()).isGreaterThan(500);
    assertThat(contents(table)).isEqualTo(reference);
    table.clear();
    assertThat(contents(table)).isEmpty();
    assertThat(table.find(1)).isNull();
  }

  @Test
  void manyKeysAreFoundAtOnce() {
    KeyTable table = new KeyTable();
    for (int number = 0; number < 40; number += 2) {
      table.add(entry(new Colliding(number), number));
    }
    Object[] keys = new Object[41];
    for (int number = 0; number < 40; number++) {
      keys[number + 1] = new Colliding(number);
    }
    KeyTable.@Nullable Entry[] found = new KeyTable.Entry[40];

    table.find(keys, 1, 40, found);

    for (int number = 0; number < 40; number++) {
      assertThat(found[number]).isSameAs(table.find(new Colliding(number)));
      assertThat(found[number] != null).isEqualTo(number % 2 == 0);
    }
  }

  @Test
  void recordsTakenTogetherDoWhatTheyDoOneByOne() {
    Random random = new Random(7);
    KeyedState together = new KeyedState();
    KeyedState oneByOne = new KeyedState();
    List<Object> given = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    for (long time = 1; time <= 40; time++) {
      int size = random.nextInt(200);
      Object[] keys = new Object[size + 5];
      Object[] values = new Object[size + 5];
      for (int i = 0; i < size; i++) {
        keys[i] = new Colliding(random.nextInt(100));
        values[i] = random.nextInt(10);
      }
      batch(together, time, given, rule -> rule.addAll(keys, values, size, given::add));
      batch(oneByOne, time, expected, rule -> {
        for (int i = 0; i < size; i++) {
          rule.add(keys[i], values[i], expected::add);
        }
      });
    }

    assertThat(given).isEqualTo(expected).hasSizeGreaterThan(1000);
    assertThat(contents(together)).isEqualTo(contents(oneByOne)).isNotEmpty();
  }

  /** Runs a batch twice, the first time for nothing. */
  private static void batch(
      KeyedState state, long time, List<Object> output, Consumer<MappedState> records) {
    int before = output.size();
    for (int attempt = 1; attempt <= 2; attempt++) {
      output.subList(before, output.size()).clear();
      state.open(time, attempt);
      MappedState rule = new MappedState(state, KeyTableTest::totalUntilNine, time - 3);
      records.accept(rule);
      rule.expire(output::add);
      state.complete();
      state.release();
    }
    state.commit(time);
  }

  private static void totalUntilNine(
      Object key, Optional<Object> value, State<Object> state, Consumer<Object> consumer) {
    int total = (Integer) state.getOption().orElse(0) + (Integer) value.orElse(0);
    consumer.accept(List.of(key, value.isPresent(), total));
    if (value.isPresent() && value.get().equals(9)) {
      state.remove();
    } else if (value.isPresent() && !value.get().equals(0)) {
      state.update(total);
    }
  }

  private static KeyTable.Entry entry(Object key, Object value) {
    KeyTable.Entry entry = new KeyTable.Entry(key);
    entry.set(value);
    return entry;
  }

  private static Map<Object, Object> contents(KeyTable table) {
    Map<Object, Object> contents = new HashMap<>();
    table.forEach(entry -> contents.put(entry.key, requireNonNull(entry.value())));
    return contents;
  }

  private static Map<Object, Object> contents(KeyedState state) {
    Map<Object, Object> contents = new HashMap<>();
    state.forEach(contents::put);
    return contents;
  }
}
