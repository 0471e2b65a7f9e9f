package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {

  @Test
  void linesEndAtLineFeeds() {
    assertThat(split("one\ntwo\n")).containsExactly("one", "two");
  }

  @Test
  void carriageReturnBeforeALineFeedBelongsToTheEnd() {
    assertThat(split("one\r\ntwo\r\n\r\n")).containsExactly("one", "two", "");
  }

  @Test
  void carriageReturnInsideALineStays() {
    assertThat(split("one\rtwo\r\r\n")).containsExactly("one\rtwo\r");
  }

  @Test
  void lastLineMayLackItsLineFeed() {
    assertThat(split("one\ntwo")).containsExactly("one", "two");
  }

  @Test
  void emptyLinesAreRecords() {
    assertThat(split("\n\nx\n")).containsExactly("", "", "x");
    assertThat(split("")).isEmpty();
  }

  @Test
  void textIsUtf8() {
    assertThat(split("häßlich\n水\n")).containsExactly("häßlich", "水");
  }

  @Test
  void onlyTheRangeIsRead() {
    byte[] bytes = "one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8);
    List<Object> lines = new ArrayList<>();

    Lines.forEach(bytes, 4, 8, lines::add);

    assertThat(lines).containsExactly("two");
    assertThat(Lines.count(bytes, 4, bytes.length)).isEqualTo(2);
  }

  private static List<Object> split(String text) {
    List<Object> lines = new ArrayList<>();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Lines.forEach(bytes, 0, bytes.length, lines::add);
    return lines;
  }
}
