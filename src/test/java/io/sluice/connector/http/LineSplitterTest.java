package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

  private final List<String> lines = new ArrayList<>();
  private int leftOut;

  @Test
  void linesEndByEitherCharacterOrBoth() {
    assertThat(split("a\nb\r\nc\rd\n\n\r\n\re", 100))
        .containsExactly("a", "b", "c", "d", "", "", "", "e");
  }

  @Test
  void linesAreTheSameHoweverTheirBytesCome() {
    String text = "äö\r\n\nx\u20ac\uD83D\uDE00\r";
    List<String> whole = List.copyOf(split(text, 100));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

    for (int size = 1; size < bytes.length; size++) {
      lines.clear();
      LineSplitter splitter = splitter(100);
      for (int at = 0; at < bytes.length; at += size) {
        splitter.accept(ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)));
      }
      splitter.end();

      assertThat(lines).as("pieces of %d", size).isEqualTo(whole);
    }
  }

  @Test
  void markAtTheBeginningIsNoPartOfTheFirstLine() {
    assertThat(split("\uFEFFa\n\uFEFFb\n", 100)).containsExactly("a", "\uFEFFb");
  }

  @Test
  void lineIsLeftOutIfItIsTooLong() {
    assertThat(split("12345\n123456\n12345\n1234567", 5)).containsExactly("12345", "12345");
    assertThat(leftOut).isEqualTo(2);
  }

  @Test
  void lineThatGrowsIsWhole() {
    String longLine = "x".repeat(100_000);

    assertThat(split(longLine + "\n", 100_000)).containsExactly(longLine);
  }

  @Test
  void bytesThatAreNoTextAreReplaced() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {'a', (byte) 0xC3, '\n', (byte) 0xFF, 'b', '\n'});
    splitter(100).accept(ByteBuffer.wrap(bytes.toByteArray()));

    assertThat(lines).containsExactly("a\uFFFD", "\uFFFDb");
  }

  private List<String> split(String text, int max) {
    lines.clear();
    LineSplitter splitter = splitter(max);
    splitter.accept(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    splitter.end();
    return lines;
  }

  private LineSplitter splitter(int max) {
    return new LineSplitter(max, lines::add, () -> leftOut++);
  }
}
