package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A list in pieces is a list. */
class ChunkedListTest {

  @Test
  void itEqualsAListOfAnySize() {
    for (int size : new int[] {0, 1, 16, 17, 64, 4095, 4096, 4097, 8192, 20_000}) {
      List<Integer> chunked = new ChunkedList<>();
      List<Integer> plain = new ArrayList<>();
      for (int element = 0; element < size; element++) {
        chunked.add(element);
        plain.add(element);
      }

      assertThat(chunked).isEqualTo(plain);
      assertThat(chunked).hasSize(size);
      assertThatThrownBy(() -> chunked.get(size)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void itCanBeUsedAgain() {
    List<Integer> chunked = new ChunkedList<>();
    for (int element = 0; element < 10_000; element++) {
      chunked.add(element);
    }
    chunked.clear();
    assertThat(chunked).isEmpty();
    chunked.add(7);
    assertThat(chunked).containsExactly(7);
  }
}
