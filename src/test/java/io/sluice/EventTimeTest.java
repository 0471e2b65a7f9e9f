package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.api.Windowed;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows of event time, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class EventTimeTest {

  /** Something that happened to {@code key} at so many seconds. */
  record Event(String key, int second, int amount) {}

  private final int nodes;

  EventTimeTest(int nodes) {
    this.nodes = nodes;
  }

  private StreamingTest test() {
    return StreamingTest.builder().nodes(nodes).build();
  }

  private static KeyedEventTime<String, Integer> amounts(DStream<Event> events, int lateness) {
    return events
        .withTimestamps(event -> Instant.ofEpochSecond(event.second), Duration.ofSeconds(lateness))
        .idleAfter(Duration.ofSeconds(100))
        .keyBy(Event::key, Event::amount);
  }

  @Test
  void tumblingWindowIsPutOutOnceWhenTheWatermarkHasPassedIt() {
    try (StreamingTest test = test()) {
      DStream<Event> events = test.input(events("a1 b3 a9 | a12 b4 | a25 a11 | - | b40"), 2);
      Recorded<Pair<Windowed<String>, Integer>> sums =
          test.output(amounts(events, 2).tumbling(Duration.ofSeconds(10)).reduce(Integer::sum));
      test.runBatches(6);

      assertThat(text(sums))
          .containsExactly("", "", "a[0,10)=10 b[0,10)=7", "a[10,20)=23", "", "a[20,30)=25");
    }
  }

  @Test
  void slidingWindowsOverlap() {
    try (StreamingTest test = test()) {
      DStream<Event> events = test.input(events("a1 a7 | a12 | a100 | -"), 2);
      Recorded<Pair<Windowed<String>, Long>> counts = test.output(amounts(events, 0)
          .sliding(Duration.ofSeconds(10), Duration.ofSeconds(5))
          .count());
      test.runBatches(4);

      assertThat(text(counts))
          .containsExactly("", "a[-5,5)=1", "a[0,10)=2", "a[10,20)=1 a[5,15)=2");
    }
  }

  @Test
  void sessionsGrowAndMerge() {
    try (StreamingTest test = test()) {
      DStream<Event> events = test.input(events("a1 a20 | a8 b2 | a14 | a60 | -"), 2);
      Recorded<Pair<Windowed<String>, List<Integer>>> sessions =
          test.output(amounts(events, 20).sessions(Duration.ofSeconds(8)).toList());
      test.runBatches(5);

      assertThat(text(sessions))
          .containsExactly("", "", "", "", "a[1,28)=[1, 8, 14, 20] b[2,10)=[2]");
    }
  }

  @Test
  void recordExactlyTheGapLaterBeginsAnotherSession() {
    try (StreamingTest test = test()) {
      DStream<Event> events = test.input(events("a0 a8 a9 | a60 | -"), 2);
      Recorded<Pair<Windowed<String>, Integer>> sessions =
          test.output(amounts(events, 0).sessions(Duration.ofSeconds(8)).reduce(Integer::sum));
      test.runBatches(3);

      assertThat(text(sessions)).containsExactly("", "a[0,8)=0", "a[8,17)=17");
    }
  }

  @Test
  void lateRecordsAreAStreamOfTheirOwnAndCounted() {
    try (StreamingTest test = test()) {
      DStream<Event> events = test.input(events("a1 a30 | a2 b3 a31 | a4 | -"), 2);
      EventWindowDStream<String, Integer, Integer> sums =
          amounts(events, 5).tumbling(Duration.ofSeconds(10)).reduce(Integer::sum);
      Recorded<Pair<String, Integer>> late = test.output(sums.late());
      Recorded<Pair<Windowed<String>, Integer>> output = test.output(sums);
      test.runBatches(4);

      assertThat(late.records().stream().map(Conformance::sortedText).toList())
          .containsExactly("[]", "[(a,2), (b,3)]", "[(a,4)]", "[]");
      assertThat(text(output)).containsExactly("", "a[0,10)=1", "", "");
      assertThat(sums.lateCounter().value()).isEqualTo(3);
    }
  }

  @Test
  void watermarkIsThatOfTheSlowestOfTheUnitedStreams() {
    try (StreamingTest test = test()) {
      DStream<Event> fast = test.input(events("a1 a50 | - | - | -"), 1);
      DStream<Event> slow = test.input(events("b1 | b9 | b30 | -"), 1);
      Recorded<Pair<Windowed<String>, Integer>> sums = test.output(
          amounts(fast.union(slow), 0).tumbling(Duration.ofSeconds(10)).reduce(Integer::sum));
      test.runBatches(4);

      assertThat(text(sums)).containsExactly("", "", "", "a[0,10)=1 b[0,10)=10");
    }
  }

  @Test
  void silentSourceDoesNotHoldWindowsOpenForEver() {
    try (StreamingTest test = test()) {
      DStream<Event> fast = test.input(events("a1 | a30 | - | - | - | -"), 1);
      DStream<Event> silent = test.input(events("- | - | - | - | - | -"), 1);
      KeyedEventTime<String, Integer> amounts = fast.union(silent)
          .withTimestamps(event -> Instant.ofEpochSecond(event.second), Duration.ZERO)
          .idleAfter(Duration.ofSeconds(3))
          .keyBy(Event::key, Event::amount);
      Recorded<Pair<Windowed<String>, Integer>> sums =
          test.output(amounts.tumbling(Duration.ofSeconds(10)).reduce(Integer::sum));
      test.runBatches(16);

      List<String> output = text(sums);
      assertThat(output.get(3)).isEqualTo("a[0,10)=1");
      assertThat(String.join("", output)).isEqualTo("a[0,10)=1a[30,40)=30");
    }
  }

  @Test
  void everyRecordIsInItsWindowsOrLate_whateverFails() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<List<Event>> input = new ArrayList<>();
    Map<String, Integer> expected = new TreeMap<>();
    for (int batch = 0; batch < 12; batch++) {
      List<Event> events = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        Event event = new Event("k" + random.nextInt(3), batch * 5 + random.nextInt(30), 1);
        events.add(event);
        int start = event.second / 10 * 10;
        expected.merge(event.key + "[" + start + "," + (start + 10) + ")", 1, Integer::sum);
      }
      input.add(events);
    }
    input.add(List.of(new Event("end", 1000, 1)));

    try (StreamingTest test = test()) {
      EventWindowDStream<String, Integer, Integer> sums =
          amounts(test.input(input, 3), 30).tumbling(Duration.ofSeconds(10)).reduce(Integer::sum);
      Recorded<Pair<Windowed<String>, Integer>> output = test.output(sums);
      for (int batch = 0; batch < 14; batch++) {
        test.failTask(batch % 2, 0, 1);
        if (nodes > 1 && batch == 7) {
          test.killNode(test.nodes().get(random.nextInt(3)));
        }
        test.runBatches(1);
      }

      Map<String, Integer> actual = new HashMap<>();
      output
          .records()
          .forEach(batch -> batch.forEach(
              pair -> assertThat(actual.put(text(pair.key()), pair.value())).isNull()));
      assertThat(actual).as("seed %d", seed).isEqualTo(expected);
      assertThat(sums.lateCounter().value()).isZero();
    }
  }

  @Test
  void lengthsMustBePositive() {
    try (StreamingTest test = test()) {
      KeyedEventTime<String, Integer> amounts = amounts(test.input(events("a1")), 0);

      assertThatThrownBy(() -> amounts.tumbling(Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 1 ms");
      assertThatThrownBy(() -> amounts(test.input(events("a1")), -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Allowed lateness must not be negative, got -1");
    }
  }

  private static List<List<Event>> events(String table) {
    List<List<Event>> batches = new ArrayList<>();
    Conformance.counts(table)
        .forEach(batch -> batches.add(batch.stream()
            .map(pair -> new Event(pair.key(), pair.value(), pair.value()))
            .toList()));
    return batches;
  }

  private static <V> List<String> text(Recorded<Pair<Windowed<String>, V>> output) {
    return output.records().stream()
        .map(batch -> String.join(
            " ",
            batch.stream()
                .map(pair -> text(pair.key()) + "=" + ordered(pair.value()))
                .sorted()
                .toList()))
        .toList();
  }

  private static Object ordered(Object value) {
    return value instanceof List<?> list ? list.stream().sorted().toList() : value;
  }

  private static String text(Windowed<String> key) {
    return key.key() + "[" + key.window().start().getEpochSecond() + ","
        + key.window().end().getEpochSecond() + ")";
  }
}
