package io.sluice;

import static io.sluice.Conformance.counts;
import static io.sluice.Conformance.ints;
import static io.sluice.Conformance.words;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.api.WindowOptions;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows W1 to W28 of the conformance cases, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class WindowOperationsTest {

  private static final Duration ONE = Duration.ofSeconds(1);
  private static final Duration TWO = Duration.ofSeconds(2);
  private static final Duration FOUR = Duration.ofSeconds(4);

  private static final List<List<Integer>> NUMBERS = ints("0 | 1 | 2 | 3 | 4 | 5");
  private static final List<List<Pair<String, Integer>>> BIG =
      counts("a1 | a1 b1 | a1 b1 c1 | a1 b1 | a1 | - | a1 | a1 b1 | a1 b1 c1 | a1 b1 | a1 | -");
  private static final List<List<Pair<String, Integer>>> BIG_REDUCED = counts(
      "a1 | a2 b1 | a2 b2 c1 | a2 b2 c1 | a2 b1 | a1 | a1 | a2 b1 | a2 b2 c1 | a2 b2 c1 | a2 b1 | a1");
  private static final List<List<Pair<String, Integer>>> LONG_WINDOW =
      counts("a1 | a2 | a3 | a4 | a5 | a6 | - | -");
  private static final List<List<Pair<String, Integer>>> CITIES =
      counts("cal1 cal3 ny4 ny1 | cal5 cal5 ny3 ny1 | -");

  private final int nodes;

  WindowOperationsTest(int nodes) {
    this.nodes = nodes;
  }

  @Test
  void w1_window() {
    Conformance.on(nodes)
        .check(NUMBERS, s -> s.window(TWO, ONE), ints("0 | 0 1 | 1 2 | 2 3 | 3 4 | 4 5"));
  }

  @Test
  void w2_window_tumbling() {
    Conformance.on(nodes).check(NUMBERS, s -> s.window(TWO, TWO), ints("0 1 | 2 3 | 4 5"));
  }

  @Test
  void w3_window_long() {
    Conformance.on(nodes)
        .batches(8)
        .check(NUMBERS, s -> s.window(FOUR, TWO), ints("0 1 | 0..3 | 2..5 | 4 5"));
  }

  @Test
  void w4_window_withGaps() {
    Conformance.on(nodes)
        .check(NUMBERS, s -> s.window(TWO, Duration.ofSeconds(3)), ints("1 2 | 4 5"));
  }

  @Test
  void w5_window_slidesByTheBatchIntervalUnlessSaid() {
    Conformance.on(nodes)
        .check(
            ints("1..3 | 4..6 | 7..9 | -"), s -> s.window(TWO), ints("1..3 | 1..6 | 4..9 | 7..9"));
  }

  @Test
  void w6_window_ofSeveralRecords() {
    Conformance.on(nodes)
        .batches(8)
        .check(
            ints("1..3 | 4..6 | 7..9 | 10..12 | 13..15 | 16..18"),
            s -> s.window(FOUR, TWO),
            ints("1..6 | 1..12 | 7..18 | 13..18"));
  }

  @Test
  void w7_reduceByKeyAndWindow_inOneBatch() {
    reduces("a1 a3", "a4");
  }

  @Test
  void w8_reduceByKeyAndWindow_acrossBatches() {
    reduces("a1 | a1", "a1 | a2");
  }

  @Test
  void w9_reduceByKeyAndWindow_newKey() {
    reduces("a1 | a1 b1", "a1 | a2 b1");
  }

  @Test
  void w10_reduceByKeyAndWindow_leavingKey() {
    reduces("a1 | a1 | - | -", "a1 | a2 | a1 | -");
  }

  @Test
  void w11_reduceByKeyAndWindow_longWindow() {
    Conformance.on(nodes)
        .checkPairs(
            LONG_WINDOW,
            s -> s.reduceByKeyAndWindow(Integer::sum, FOUR, TWO),
            counts("a3 | a10 | a18 | a11"));
  }

  @Test
  void w12_reduceByKeyAndWindow_manyBatches() {
    Conformance.on(nodes)
        .checkPairs(BIG, s -> s.reduceByKeyAndWindow(Integer::sum, TWO, ONE), BIG_REDUCED);
  }

  private void reduces(String input, String expected) {
    Conformance.on(nodes)
        .checkPairs(
            counts(input), s -> s.reduceByKeyAndWindow(Integer::sum, TWO, ONE), counts(expected));
  }

  @Test
  void w13_inverse_inOneBatch() {
    takesOff("a1 a3", "a4");
  }

  @Test
  void w14_inverse_acrossBatches() {
    takesOff("a1 | a1", "a1 | a2");
  }

  @Test
  void w15_inverse_newKey() {
    takesOff("a1 | a1 b1", "a1 | a2 b1");
  }

  @Test
  void w16_inverse_leavingKeyStaysAtTheIdentity() {
    takesOff("a1 | a1 | - | -", "a1 | a2 | a1 | a0");
  }

  @Test
  void w17_inverse_longWindow() {
    Conformance.on(nodes)
        .checkPairs(
            LONG_WINDOW,
            s -> s.reduceByKeyAndWindow(Integer::sum, (total, gone) -> total - gone, FOUR, TWO),
            counts("a3 | a10 | a18 | a11"));
  }

  @Test
  void w18_inverse_manyBatches() {
    Conformance.on(nodes)
        .checkPairs(
            BIG,
            s -> s.reduceByKeyAndWindow(Integer::sum, (total, gone) -> total - gone, TWO, ONE),
            counts("a1 | a2 b1 | a2 b2 c1 | a2 b2 c1 | a2 b1 c0 | a1 b0 c0 |"
                + " a1 b0 c0 | a2 b1 c0 | a2 b2 c1 | a2 b2 c1 | a2 b1 c0 | a1 b0 c0"));
  }

  @Test
  void reduceByKeyAndWindow_withInverse_canDropKeysThatHaveLeft() {
    WindowOptions options =
        WindowOptions.of(Duration.ofSeconds(2), Duration.ofSeconds(1)).dropEmptyKeys();

    Conformance.on(nodes)
        .checkPairs(
            counts("a1 b0 | a1 | - | -"),
            s -> s.reduceByKeyAndWindow(Integer::sum, (total, left) -> total - left, options),
            counts("a1 b0 | a2 b0 | a1 | -"));
  }

  @Test
  void w19_inverse_withFilter() {
    Conformance.on(nodes)
        .checkPairs(
            BIG,
            s -> s.reduceByKeyAndWindow(
                Integer::sum,
                (total, gone) -> total - gone,
                TWO,
                ONE,
                3,
                pair -> pair.value() != 0),
            BIG_REDUCED);
  }

  private void takesOff(String input, String expected) {
    Conformance.on(nodes)
        .checkPairs(
            counts(input),
            s -> s.reduceByKeyAndWindow(Integer::sum, (total, gone) -> total - gone, TWO, ONE),
            counts(expected));
  }

  @Test
  void w20_groupByKeyAndWindow() {
    List<List<Pair<String, List<Integer>>>> expected = new ArrayList<>();
    for (List<Pair<String, Integer>> batch : BIG_REDUCED) {
      expected.add(batch.stream()
          .map(pair -> Pair.of(pair.key(), List.of(1, 1).subList(0, pair.value())))
          .toList());
    }

    Conformance.on(nodes)
        .checkPairs(
            BIG, s -> s.groupByKeyAndWindow(TWO, ONE).mapValues(Conformance::sorted), expected);
  }

  @Test
  void w21_countByWindow() {
    Conformance.on(nodes)
        .check(
            ints("1 | 1 | 1 2 | 0 | - | -"),
            s -> s.countByWindow(TWO, ONE).map(Long::intValue),
            ints("1 | 2 | 3 | 3 | 1 | 0"));
  }

  @Test
  void w22_countByValueAndWindow() {
    Conformance.on(nodes)
        .check(
            words("a | b b | a b"),
            s -> s.countByValueAndWindow(TWO, ONE).mapValues(Long::intValue),
            counts("a1 | a1 b2 | a1 b3"));
  }

  @Test
  void w23_countByValueAndWindow_ofWords() {
    Conformance.on(nodes)
        .check(
            words("hello world | hello moon | hello"),
            s -> s.countByValueAndWindow(TWO, ONE).mapValues(Long::intValue),
            counts("hello1 world1 | hello2 world1 moon1 | hello2 moon1"));
  }

  @Test
  void w24_reduceByWindow() {
    Conformance.on(nodes)
        .check(
            ints("1..3 | 4..6 | 7..9 | -"),
            s -> s.reduceByWindow(Integer::sum, TWO, ONE),
            ints("6 | 21 | 39 | 24"));
  }

  @Test
  void w24_reduceByWindow_withInverse() {
    Conformance.on(nodes)
        .check(
            ints("1..3 | 4..6 | 7..9 | -"),
            s -> s.reduceByWindow(Integer::sum, (total, gone) -> total - gone, TWO, ONE),
            ints("6 | 21 | 39 | 24"));
  }

  @Test
  void w25_reduceByKeyAndWindow_ofCities() {
    Conformance.on(nodes)
        .checkPairs(
            CITIES,
            s -> s.reduceByKeyAndWindow(Integer::sum, TWO, ONE),
            counts("cal4 ny5 | cal14 ny9 | cal10 ny4"));
  }

  @Test
  void w25_reduceByKeyAndWindow_ofCities_withInverse() {
    Conformance.on(nodes)
        .checkPairs(
            CITIES,
            s -> s.reduceByKeyAndWindow(Integer::sum, (total, gone) -> total - gone, TWO, ONE),
            counts("cal4 ny5 | cal14 ny9 | cal10 ny4"));
  }

  @Test
  void w26_groupByKeyAndWindow_ofCities() {
    Conformance.on(nodes)
        .checkPairs(
            CITIES,
            s -> s.groupByKeyAndWindow(TWO, ONE).mapValues(Conformance::sorted),
            List.of(
                List.of(Pair.of("cal", List.of(1, 3)), Pair.of("ny", List.of(1, 4))),
                List.of(Pair.of("cal", List.of(1, 3, 5, 5)), Pair.of("ny", List.of(1, 1, 3, 4))),
                List.of(Pair.of("cal", List.of(5, 5)), Pair.of("ny", List.of(1, 3)))));
  }

  @Test
  void w27_windowThatDoesNotFitTheSlide_isRefusedWhereItIsDefined() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      DStream<Integer> everyTwo = test.input(NUMBERS).window(TWO, TWO);

      assertThatThrownBy(() -> everyTwo.window(Duration.ofSeconds(3), TWO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Window length of 3 s does not fit a stream that slides by 2 s; length and"
              + " slide must be positive multiples of it.");
      assertThatThrownBy(() -> everyTwo.window(FOUR, ONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Window slide of 1 s does not fit");
      assertThatThrownBy(
              () -> everyTwo.mapToPair(x -> Pair.of(x, 1)).reduceByKeyAndWindow(Integer::sum, ONE))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Differs on purpose: 0 from the first batch on, as count. */
  @Test
  void w28_countByWindow_ofNothing_isZero() {
    Conformance.on(nodes)
        .check(ints("- | -"), s -> s.countByWindow(TWO, ONE).map(Long::intValue), ints("0 | 0"));
  }
}
