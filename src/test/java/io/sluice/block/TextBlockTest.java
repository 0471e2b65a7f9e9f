package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextBlockTest {

  private final RecordCodec codec = new RecordCodec(TextBlockTest.class.getClassLoader());

  @Test
  void linesComeOutAsTheyCameIn() {
    List<Object> lines = new ArrayList<>();

    text("one\ntwo\r\n\n").forEach(codec, lines::add);

    assertThat(lines).containsExactly("one", "two", "");
  }

  @Test
  void itsBytesAreSentWithoutCopying() {
    Block.Text block = text("one\n");

    assertThat(block.toBytes(codec)).isSameAs(block.bytes());
    assertThat(block.sizeBytes()).isEqualTo(5);
  }

  @Test
  void everyFormIsReadBackFromItsBytes() {
    for (Block block : List.of(text("one\ntwo\n"), Block.Records.of(List.of("one", "two")))) {
      Block read = Block.fromBytes(block.toBytes(codec), block.records());

      List<Object> records = new ArrayList<>();
      read.forEach(codec, records::add);
      assertThat(records).containsExactly("one", "two");
      assertThat(read.records()).isEqualTo(2);
    }
  }

  @Test
  void bytesOfNoKnownFormAreRefused() {
    assertThatThrownBy(() -> Block.fromBytes(new byte[] {77}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Block of unknown form [77]");
    assertThatThrownBy(() -> Block.fromBytes(new byte[0], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A stored block cannot be empty");
  }

  static Block.Text text(String lines) {
    byte[] bytes = (" " + lines).getBytes(StandardCharsets.UTF_8);
    return Block.Text.of(bytes, Lines.count(bytes, 1, bytes.length));
  }
}
