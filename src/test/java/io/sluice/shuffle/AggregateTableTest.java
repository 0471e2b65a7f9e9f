package io.sluice.shuffle;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Function2;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.UserCode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AggregateTableTest {

  /** Keys that all fall into one slot. */
  private record Colliding(int number) {
    @Override
    public int hashCode() {
      return 7;
    }
  }

  private final AggregateTable table = new AggregateTable(sum());

  @Test
  void anySequenceOfValuesGivesWhatAHashMapGives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      AggregateTable tried = new AggregateTable(sum());
      Map<Object, Integer> expected = new HashMap<>();
      int keys = 1 + random.nextInt(2000);
      for (int i = 0; i < 3000; i++) {
        Object key = key(random.nextInt(keys));
        int value = random.nextInt(100);
        expected.merge(key, value, Integer::sum);
        if (random.nextBoolean()) {
          tried.add(key, value, 0);
        } else {
          tried.join(key, value);
        }
      }

      assertThat(content(tried)).as("seed %d, round %d", seed, round).isEqualTo(expected);
      assertThat(tried.size()).isEqualTo(expected.size());
    }
  }

  @SuppressWarnings("NullAway") // records may have null keys
  private static Object key(int number) {
    return switch (number % 4) {
      case 0 -> number == 0 ? null : "key-" + number;
      case 1 -> number;
      case 2 -> (long) number;
      default -> List.of(number);
    };
  }

  @Test
  void keysKeepTheOrderOfTheirFirstArrival() {
    for (int i = 1000; i > 0; i--) {
      table.add("key-" + i, 1, 0);
      table.add("key-1000", 1, 0);
    }

    assertThat(table.size()).isEqualTo(1000);
    for (int entry = 0; entry < 1000; entry++) {
      assertThat(table.key(entry)).isEqualTo("key-" + (1000 - entry));
    }
  }

  @Test
  void keysWithTheSameHashStayApart() {
    for (int i = 0; i < 100; i++) {
      table.add(new Colliding(i % 50), 1, 0);
    }

    assertThat(table.size()).isEqualTo(50);
    assertThat(content(table)).containsEntry(new Colliding(3), 2);
  }

  @Test
  @SuppressWarnings("NullAway") // records may have null keys
  void nullIsAKeyLikeAnyOther() {
    table.add(null, 1, 0);
    table.add("", 5, 0);
    table.add(null, 2, 0);

    Map<@Nullable Object, Object> expected = new HashMap<>();
    expected.put(null, 3);
    expected.put("", 5);
    assertThat(content(table)).isEqualTo(expected);
  }

  private static Map<Object, Object> content(AggregateTable table) {
    Map<Object, Object> content = new LinkedHashMap<>();
    for (int entry = 0; entry < table.size(); entry++) {
      content.put(table.key(entry), table.value(entry));
    }
    return content;
  }

  private static Combiner sum() {
    Function2<Integer, Integer, Integer> sum = Integer::sum;
    return Combiner.of(
        new Aggregation.Reduce(Closure.of(sum, "reduceByKey")),
        new UserCode(AggregateTableTest.class.getClassLoader()));
  }
}
