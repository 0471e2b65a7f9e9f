package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private static final class Thing implements AutoCloseable {
    private boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Deque<Runnable> later = new ArrayDeque<>();
  private final Leases<String, Thing> leases = new Leases<>(later::add);

  @Test
  void usersOfAKeyShareAThing() throws Exception {
    assertThat(leases.take("a", Thing::new))
        .isSameAs(leases.take("a", Thing::new))
        .isNotSameAs(leases.take("b", Thing::new));
  }

  @Test
  void thingIsClosedSomeTimeAfterItsLastUse() throws Exception {
    Thing thing = leases.take("a", Thing::new);
    leases.take("a", Thing::new);
    leases.letGo("a");

    assertThat(later).isEmpty();

    leases.letGo("a");

    assertThat(thing.closed).isFalse();

    later.remove().run();

    assertThat(thing.closed).isTrue();
    assertThat(leases.size()).isZero();
    assertThat(leases.take("a", Thing::new)).isNotSameAs(thing);
  }

  @Test
  void thingThatIsUsedAgainMeanwhileIsKept() throws Exception {
    Thing thing = leases.take("a", Thing::new);
    leases.letGo("a");
    leases.take("a", Thing::new);
    later.remove().run();

    assertThat(thing.closed).isFalse();

    leases.letGo("a");
    leases.take("a", Thing::new);
    leases.letGo("a");
    later.remove().run();

    assertThat(thing.closed).as("used since").isFalse();

    later.remove().run();

    assertThat(thing.closed).isTrue();
  }

  @Test
  void thingThatCannotBeMadeIsMadeNextTime() throws Exception {
    assertThatThrownBy(() -> leases.take("a", () -> {
          throw new IOException("not now");
        }))
        .hasMessage("not now");

    assertThat(leases.take("a", Thing::new)).isNotNull();
  }
}
