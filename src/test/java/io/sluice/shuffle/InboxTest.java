package io.sluice.shuffle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BlockSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.ShuffleSettings;
import io.sluice.api.SluiceException;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.plan.Aggregation;
import io.sluice.plan.UserCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxTest {

  private static final int PARTITIONS = 5;
  private static final int BOUND = 40_000;
  private static final RecordCodec CODEC = new RecordCodec(InboxTest.class.getClassLoader());
  private static final Combiner GROUPS =
      Combiner.of(new Aggregation.Group(), new UserCode(InboxTest.class.getClassLoader()));

  @TempDir
  private Path directory = Path.of("");

  private final List<ShuffleSpace> spaces = new ArrayList<>();

  @AfterEach
  void close() {
    spaces.forEach(ShuffleSpace::close);
  }

  @Test
  void tenTimesTheBoundIsGroupedWithinTheBound() {
    ShuffleSpace space = space(BOUND);
    ShuffleSpace ample = space(Long.MAX_VALUE / 2);
    Inbox inbox = new Inbox(space, CODEC);
    Inbox unbounded = new Inbox(ample, CODEC);

    for (int source = 0; source < 40; source++) {
      unbounded.add(source, task(source));
      boolean remote = source % 2 == 0;
      if (remote) {
        inbox.add(source, task(source).encode(CODEC));
      } else {
        inbox.add(source, task(source));
      }
      assertThat(space.heldBytes()).isBetween(1L, (long) BOUND);
    }

    assertThat(ample.heldBytes()).isGreaterThan(10 * BOUND);
    assertThat(groups(inbox)).isEqualTo(groups(unbounded)).hasSize(100);
    assertThat(space.heldBytes()).isLessThanOrEqualTo(BOUND);
    assertThat(written()).isGreaterThan(5 * BOUND);
  }

  @Test
  void nothingIsWrittenWhileThereIsRoom() {
    Inbox inbox = new Inbox(space(Long.MAX_VALUE / 2), CODEC);

    inbox.add(1, task(1));
    inbox.add(2, task(2).encode(CODEC));

    assertThat(groups(inbox)).hasSize(100);
    assertThat(directory).isEmptyDirectory();
  }

  /** Many pairs are in many parts. */
  @Test
  void pairsKeepTheirOrderHoweverManyThereAreAndWhereverTheyWait() {
    MapOutput many = new MapOutput(new Aggregation.Group(), null, 0, 1, false);
    List<Object> numbers = new ArrayList<>();
    for (int number = 0; number < 20_000; number++) {
      many.add("key", number);
      numbers.add(number);
    }
    Contribution contribution = many.finish();
    Inbox local = new Inbox(space(Long.MAX_VALUE / 2), CODEC);
    local.add(1, contribution);
    Inbox remote = new Inbox(space(Long.MAX_VALUE / 2), CODEC);
    remote.add(1, contribution.encode(CODEC));
    Inbox spilled = new Inbox(space(1), CODEC);
    spilled.add(1, contribution);

    for (Inbox inbox : List.of(local, remote, spilled)) {
      List<Object> values = new ArrayList<>();
      inbox.merge(
          0, null, (keys, some, size) -> values.addAll(Arrays.asList(some).subList(0, size)));
      assertThat(values).isEqualTo(numbers);
      assertThat(requireNonNull(groupsOf(inbox).get("key"))).isEqualTo(numbers);
    }
  }

  private static Map<Object, Object> groupsOf(Inbox inbox) {
    Map<Object, Object> groups = new TreeMap<>();
    inbox.merge(0, GROUPS, (keys, values, size) -> {
      for (int i = 0; i < size; i++) {
        groups.put(keys[i], values[i]);
      }
    });
    return groups;
  }

  @Test
  void memoryAndFileAreFreeWhenTheShuffleIsForgotten() {
    ShuffleSpace space = space(BOUND);
    Inbox inbox = new Inbox(space, CODEC);
    for (int source = 0; source < 10; source++) {
      inbox.add(source, task(source));
    }
    assertThat(written()).isPositive();

    inbox.close();
    inbox.add(10, task(10));

    assertThat(space.heldBytes()).isZero();
    assertThat(written()).isZero();
  }

  @Test
  void taskOfAShuffleThatWasForgottenFailsInsteadOfReadingNothing() {
    Inbox inbox = new Inbox(space(BOUND), CODEC);
    inbox.add(1, task(1));
    inbox.close();

    assertThatThrownBy(() -> groups(inbox)).hasMessageContaining("given up");
  }

  @Test
  void contributionThatComesTwiceCountsOnce() {
    ShuffleSpace space = space(0);
    Inbox inbox = new Inbox(space, CODEC);
    inbox.expect(2);

    assertThat(inbox.add(1, task(1).encode(CODEC))).isFalse();
    assertThat(inbox.add(1, task(1))).isFalse();
    assertThat(inbox.add(2, task(2))).isTrue();

    Inbox once = new Inbox(space(Long.MAX_VALUE / 2), CODEC);
    once.add(1, task(1));
    once.add(2, task(2));
    assertThat(groups(inbox)).isEqualTo(groups(once));
  }

  @Test
  void filesOfAllShufflesAreGoneWithTheNode() {
    ShuffleSpace space = space(1);
    new Inbox(space, CODEC).add(1, task(1));
    assertThat(written()).isPositive();

    space.close();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void diskThatCannotBeWrittenIsAnErrorThatSaysWhatToDo() throws IOException {
    Path occupied = Files.writeString(directory.resolve("occupied"), "");
    ShuffleSpace space =
        new ShuffleSpace(new ShuffleSettings(1), new BlockSettings(1, 1, occupied));
    Inbox inbox = new Inbox(space, CODEC);

    assertThatThrownBy(() -> inbox.add(1, task(1)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .hasMessageContaining("sluice.shuffle.memory")
        .hasMessageContaining("occupied")
        .hasMessageContaining("Free space");
    assertThat(space.heldBytes()).isZero();
  }

  /** What one map task adds: strings under 100 keys, in all partitions. */
  private static Contribution task(int number) {
    Random random = new Random(number);
    MapOutput output = new MapOutput(new Aggregation.Group(), GROUPS, 0, PARTITIONS, false);
    for (int i = 0; i < 200; i++) {
      output.add("key-" + i % 100, number + ":" + i + "x".repeat(random.nextInt(60)));
    }
    return output.finish();
  }

  private ShuffleSpace space(long bytes) {
    ShuffleSpace space = new ShuffleSpace(
        new ShuffleSettings(Math.max(1, bytes)), new BlockSettings(1, 1, directory));
    spaces.add(space);
    return space;
  }

  private static Map<Object, Object> groups(Inbox inbox) {
    Map<Object, Object> groups = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      inbox.merge(partition, GROUPS, (keys, values, size) -> {
        for (int i = 0; i < size; i++) {
          assertThat(groups.put(requireNonNull(keys[i]), requireNonNull(values[i])))
              .isNull();
        }
      });
    }
    return groups;
  }

  private long written() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
