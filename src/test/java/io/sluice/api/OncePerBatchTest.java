package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OncePerBatchTest {

  private final List<String> done = new ArrayList<>();
  private final Memory memory = new Memory();
  private final OncePerBatch once = new OncePerBatch("shop/orders", memory);

  private static final class Memory implements OncePerBatch.Place {
    private final Map<String, Instant> last = new HashMap<>();

    @Override
    public Optional<Instant> last(String pipeline, int partition) {
      return Optional.ofNullable(last.get(pipeline + partition));
    }

    @Override
    public void taken(String pipeline, int partition, Instant batch) {
      last.put(pipeline + partition, batch);
    }
  }

  @Test
  void batchIsTakenOnce() throws Exception {
    assertThat(take(1)).isTrue();
    assertThat(take(1)).isFalse();
    assertThat(take(2)).isTrue();
    assertThat(take(1)).isFalse();

    assertThat(done).containsExactly("1", "2");
  }

  @Test
  void partitionsAreTakenEachOnce() throws Exception {
    assertThat(take(1, 0)).isTrue();
    assertThat(take(1, 1)).isTrue();
    assertThat(take(1, 0)).isFalse();

    assertThat(done).containsExactly("1-0", "1-1");
  }

  @Test
  void batchWhoseActionFailedIsTakenAgain() throws Exception {
    assertThatThrownBy(() -> once.run(batch(1), () -> {
          throw new IllegalStateException("no connection");
        }))
        .hasMessage("no connection");

    assertThat(take(1)).isTrue();
  }

  @Test
  void outputsOfOtherNamesDoNotDisturb() throws Exception {
    take(1);

    assertThat(new OncePerBatch("shop/returns", memory).run(batch(1), () -> {})).isTrue();
  }

  private boolean take(int number) throws Exception {
    return once.run(batch(number), () -> done.add(String.valueOf(number)));
  }

  private boolean take(int number, int partition) throws Exception {
    return once.run(
        new BatchPartition(number, Instant.ofEpochSecond(number), partition, 1),
        () -> done.add(number + "-" + partition));
  }

  private static Batch batch(int number) {
    return new Batch(number, Instant.ofEpochSecond(number));
  }
}
