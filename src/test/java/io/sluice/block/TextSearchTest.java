package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextSearchTest {

  @Test
  void findsWhatStringsFindWhereverItStands() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      String in = text(random, random.nextInt(40));
      String wanted = text(random, random.nextInt(random.nextBoolean() ? 3 : 12));
      byte[] bytes = ("|" + in + "|").getBytes(StandardCharsets.UTF_8);

      int found = new TextSearch(wanted).find(bytes, 1, bytes.length - 1);

      assertThat(found < 0 ? -1 : found - 1)
          .as("[%s] in [%s]", wanted, in)
          .isEqualTo(bytesBefore(in, in.indexOf(wanted)));
    }
  }

  private static int bytesBefore(String in, int index) {
    return index < 0 ? -1 : in.substring(0, index).getBytes(StandardCharsets.UTF_8).length;
  }

  /** Few letters, so that beginnings of what is looked for are found often; one takes two bytes. */
  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append("abä".charAt(random.nextInt(3)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\n", "\ra"})
  void whatMayCrossLinesIsNotWithinOne(String text) {
    assertThat(new TextSearch(text).isWithinLine()).isFalse();
    assertThat(new TextSearch("a" + text.strip()).isWithinLine()).isTrue();
  }
}
