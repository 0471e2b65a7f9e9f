package io.sluice.connector;

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

  private Leases.Lease<Thing> take(String key) throws Exception {
    return leases.take(key, Thing::new);
  }

  @Test
  void usersOfAKeyShareAThing() throws Exception {
    assertThat(take("a").thing())
        .isSameAs(take("a").thing())
        .isNotSameAs(take("b").thing());
  }

  @Test
  void thingIsClosedSomeTimeAfterItsLastUse() throws Exception {
    Leases.Lease<Thing> first = take("a");
    Leases.Lease<Thing> second = take("a");
    first.close();

    assertThat(later).isEmpty();

    second.close();

    assertThat(first.thing().closed).isFalse();

    later.remove().run();

    assertThat(first.thing().closed).isTrue();
    assertThat(leases.size()).isZero();
    assertThat(take("a").thing()).isNotSameAs(first.thing());
  }

  @Test
  void thingThatIsUsedAgainMeanwhileIsKept() throws Exception {
    Leases.Lease<Thing> first = take("a");
    Thing thing = first.thing();
    first.close();
    Leases.Lease<Thing> second = take("a");
    later.remove().run();

    assertThat(thing.closed).isFalse();

    second.close();
    take("a").close();
    later.remove().run();

    assertThat(thing.closed).as("used since").isFalse();

    later.remove().run();

    assertThat(thing.closed).isTrue();
  }

  @Test
  void brokenThingIsGivenToNobodyAndClosedWithItsLastLease() throws Exception {
    Leases.Lease<Thing> first = take("a");
    Leases.Lease<Thing> second = take("a");
    first.discard();
    Leases.Lease<Thing> fresh = take("a");
    first.close();

    assertThat(fresh.thing()).isNotSameAs(second.thing());
    assertThat(second.thing().closed).as("in use").isFalse();

    second.discard();
    second.close();

    assertThat(second.thing().closed).isTrue();
    assertThat(take("a").thing()).isSameAs(fresh.thing());
  }

  @Test
  void thingThatCannotBeMadeIsMadeNextTime() throws Exception {
    assertThatThrownBy(() -> leases.take("a", () -> {
          throw new IOException("not now");
        }))
        .hasMessage("not now");

    assertThat(take("a")).isNotNull();
  }
}
