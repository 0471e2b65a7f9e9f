package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class IdlePoolTest {

  private static final class Connection implements AutoCloseable {
    private boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final long LATER = Duration.ofMinutes(6).toNanos();

  private final Queue<Runnable> looks = new ArrayDeque<>();
  private final IdlePool<String, Connection> pool = new IdlePool<>(looks::add);
  private final Connection connection = new Connection();

  @Test
  void whatIsGivenBackIsTakenAgainByItsKey() {
    pool.giveBack("a", connection, 0);

    assertThat(pool.take("b")).isNull();
    assertThat(pool.take("a")).isSameAs(connection);
    assertThat(pool.take("a")).isNull();
  }

  @Test
  void whatIsNotUsedIsClosedThoughNothingElseIsGivenBack() {
    pool.giveBack("a", connection, System.nanoTime() - LATER);
    looks.remove().run();

    assertThat(connection.closed).isTrue();
    assertThat(pool.take("a")).isNull();
    assertThat(looks).as("nothing is left to look at").isEmpty();
  }

  @Test
  void whatWasUsedMeanwhileIsLookedAtLater() {
    pool.giveBack("a", connection, System.nanoTime() - LATER);
    pool.take("a");
    pool.giveBack("a", connection, System.nanoTime());

    assertThat(looks).as("one look for all").hasSize(1);

    looks.remove().run();

    assertThat(connection.closed).isFalse();
    assertThat(looks).hasSize(1);
  }
}
