package io.sluice.shuffle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextCountsTest {

  @Test
  void countsAsAMapOfStringsDoesAndKeepsItsOrder() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      TextCounts counts = new TextCounts();
      Map<String, Long> expected = new LinkedHashMap<>();
      int letters = 1 + random.nextInt(3);
      for (int i = 0; i < 3000; i++) {
        String text = text(random, letters, random.nextInt(20));
        add(counts, text);
        expected.merge(text, 1L, Long::sum);
      }

      Map<String, Long> counted = new LinkedHashMap<>();
      counts.forEach(counted::put);

      assertThat(new ArrayList<>(counted.entrySet()))
          .isEqualTo(new ArrayList<>(expected.entrySet()));
    }
  }

  @Test
  void textsThatDifferOnlyByZeroBytesBehindThemAreNotOne() {
    TextCounts counts = new TextCounts();
    List.of("a", "a\0", "a\0\0", "", "\0", "abcdefgh", "abcdefgh\0")
        .forEach(text -> add(counts, text));

    List<String> found = new ArrayList<>();
    counts.forEach((text, count) -> found.add(text + count));

    assertThat(found)
        .containsExactly(
            "a1", "a\0" + 1, "a\0\0" + 1, "1", "\0" + 1, "abcdefgh1", "abcdefgh\0" + 1);
  }

  /** At the end of an array nothing can be read beyond a text, in the middle something else stands there. */
  private static void add(TextCounts counts, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean alone = (text.hashCode() & 1) == 0;
    byte[] around = alone
        ? ("x" + text).getBytes(StandardCharsets.UTF_8)
        : ("x" + text + "yyyyyyyyyyyy").getBytes(StandardCharsets.UTF_8);
    counts.add(around, 1, 1 + bytes.length);
  }

  private static String text(Random random, int letters, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(letters)));
    }
    return text.toString();
  }
}
