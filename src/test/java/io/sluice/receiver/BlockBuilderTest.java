package io.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockBuilderTest {

  private static final long KIB = 1024;

  private final List<Block> blocks = new ArrayList<>();
  private final BlockBuilder builder = new BlockBuilder(KIB, blocks::add);
  private final RecordCodec codec = new RecordCodec(BlockBuilderTest.class.getClassLoader());

  @Test
  void recordsWaitUntilTheirBlockIsLargeEnough() {
    int added = 0;
    while (blocks.isEmpty()) {
      builder.add("record-" + added++, 0);
    }

    assertThat(blocks).hasSize(1);
    assertThat(blocks.get(0).records()).isEqualTo(added);
    assertThat(added).isBetween(10, 30);
  }

  @Test
  void recordsWaitUntilTheirBlockIsOldEnough() {
    builder.add("first", 1000);
    builder.add("second", 1500);

    builder.flushIfOlder(1999, 1000);
    assertThat(blocks).isEmpty();
    builder.flushIfOlder(2000, 1000);

    assertThat(records(0)).containsExactly("first", "second");
  }

  @Test
  void nextBlockHasAnAgeOfItsOwn() {
    builder.add("first", 0);
    builder.flushIfOlder(1000, 1000);
    builder.add("second", 1500);

    builder.flushIfOlder(2000, 1000);
    assertThat(blocks).hasSize(1);
    builder.flushIfOlder(2500, 1000);

    assertThat(records(1)).containsExactly("second");
  }

  @Test
  void emptyBlockIsNeverStored() {
    builder.flushIfOlder(Long.MAX_VALUE, 0);
    builder.close();

    assertThat(blocks).isEmpty();
  }

  @Test
  void textBlockHoldsWholeLinesAndStaysBelowTheSize() {
    String line = "x".repeat(299) + "\n";
    for (int i = 0; i < 7; i++) {
      builder.add(bytes(line), 0);
    }
    builder.close();

    assertThat(blocks).extracting(Block::records).containsExactly(3L, 3L, 1L);
    assertThat(blocks).allSatisfy(block -> assertThat(block.sizeBytes()).isLessThanOrEqualTo(KIB));
  }

  @Test
  void lineLongerThanABlockIsABlockOfItsOwn() {
    String line = "x".repeat(5000);

    builder.add(bytes("short\n"), 0);
    builder.add(bytes(line + "\n"), 0);

    assertThat(records(0)).containsExactly("short");
    assertThat(records(1)).containsExactly(line);
  }

  @Test
  void orderIsKeptWhenTextAndRecordsMix() {
    builder.add("one", 0);
    builder.add(bytes("two\nthree\n"), 0);
    builder.add("four", 0);
    builder.close();

    assertThat(blocks).hasSize(3);
    assertThat(records(0)).containsExactly("one");
    assertThat(records(1)).containsExactly("two", "three");
    assertThat(records(2)).containsExactly("four");
  }

  @Test
  void blockOfItsOwnComesAfterWhatWasAddedBefore() {
    builder.add("before", 0);

    int seen = builder.addBlock(blocks::size);

    assertThat(seen).isEqualTo(1);
  }

  @Test
  void g0_recordsAndBlocksOfTheirOwnAreStoredInOrder() {
    for (int i = 1; i <= 10; i++) {
      builder.add(i, 0);
    }
    List<String> stored = new ArrayList<>();
    for (int i = 11; i <= 20; i++) {
      String position = String.valueOf(i);
      builder.addBlock(() -> stored.add(position + " after " + blocks.size()));
    }
    builder.close();
    builder.close();

    assertThat(records(0)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(stored)
        .containsExactly(
            IntStream.rangeClosed(11, 20).mapToObj(i -> i + " after 1").toArray(String[]::new));
    assertThat(blocks).hasSize(1);
  }

  @Test
  void g0c_closeStoresAllThatIsLeftInOrder() {
    for (int i = 1; i <= 1000; i++) {
      builder.add(i, 0);
    }
    builder.close();

    List<Object> all = new ArrayList<>();
    blocks.forEach(block -> block.forEach(codec, all::add));
    assertThat(all)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 1000).boxed().toList());
  }

  @Test
  void g0b_nothingCanBeAddedAfterTheEnd() {
    builder.add("last", 0);
    builder.close();

    assertThat(records(0)).containsExactly("last");
    assertThatThrownBy(() -> builder.add("late", 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.add(bytes("late\n"), 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.addBlock(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The receiver has stopped");
  }

  @Test
  void r2_recordsOfManyThreadsAreAllStoredOnce() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 10; t++) {
      int from = t * 1000;
      Thread thread = new Thread(() -> {
        for (int i = from; i < from + 1000; i++) {
          builder.add(i, 0);
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    builder.close();

    List<Object> all = new ArrayList<>();
    blocks.forEach(block -> block.forEach(codec, all::add));
    assertThat(all).hasSize(10_000).doesNotHaveDuplicates();
  }

  private List<Object> records(int block) {
    List<Object> records = new ArrayList<>();
    blocks.get(block).forEach(codec, records::add);
    return records;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
