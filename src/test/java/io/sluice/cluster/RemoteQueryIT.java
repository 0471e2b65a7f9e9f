package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.RDD;
import io.sluice.StateQuery;
import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member of the cluster that runs nothing of Sluice reads what operators of a context on another remember. */
@Timeout(120)
class RemoteQueryIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A class that no serializer of Akka is bound to. */
  private record Customer(String name, int branch) {}

  private final ActorTestKit driver = ActorTestKit.create("shop", config());
  private final ActorTestKit till = ActorTestKit.create("shop", config());

  @BeforeEach
  void join() {
    Cluster first = Cluster.get(driver.system());
    first.manager().tell(Join.create(first.selfMember().address()));
    Cluster.get(till.system()).manager().tell(Join.create(first.selfMember().address()));
  }

  @AfterEach
  void leave() {
    till.shutdownTestKit();
    driver.shutdownTestKit();
  }

  @Test
  void aKeyAndAScanAreReadFromAnotherNodeUntilTheContextEnds() throws InterruptedException {
    StateQuery<Customer, String> spent = on("sales", "spent", PATIENCE);
    // The output of the second batch with both sees the first one committed.
    CountDownLatch twice = new CountDownLatch(2);
    try (StreamingContext context = counting(twice)) {
      assertThat(twice.await(60, TimeUnit.SECONDS)).isTrue();

      assertThat(spent.get(new Customer("ann", 1)).value()).contains("x".repeat(150_000));
      assertThat(spent.get(new Customer("ann", 1)).batchTime()).isAfter(Instant.EPOCH);
      assertThat(spent.get(new Customer("ann", 2)).value()).isEmpty();
      assertThat(spent.scan(1).value()).hasSize(1);
      assertThatThrownBy(() -> spent.scan(2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2 pairs of 'spent' take 300")
          .hasMessageContaining("can have 260096. Ask for fewer");
      assertThatThrownBy(() -> on("sales", "spend", PATIENCE).scan(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'spend'; there are [spent]");
    }
    assertThatThrownBy(() -> on("sails", "spent", Duration.ofMillis(200)).scan(1))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NODE_UNREACHABLE))
        .hasMessageContaining("No driver of a context named 'sails' is known to shop@127.0.0.1")
        .hasMessageContaining("after 200 ms");
  }

  @Test
  void aQuestionWaitsForTheContextToBegin() throws Exception {
    StateQuery<Customer, String> spent = on("sales", "spent", PATIENCE);
    CompletableFuture<Optional<String>> bob =
        CompletableFuture.supplyAsync(() -> spent.get(new Customer("bob", 9)).value());
    try (StreamingContext context = counting(new CountDownLatch(2))) {
      assertThat(bob.get(60, TimeUnit.SECONDS)).isEmpty();
    }
  }

  private StreamingContext counting(CountDownLatch twice) {
    StreamingContext context =
        StreamingContext.on(driver.system(), "sales", Duration.ofMillis(200));
    Queue<RDD<Pair<Customer, String>>> batches = new ArrayDeque<>();
    batches.add(context.parallelize(List.of(
        Pair.of(new Customer("ann", 1), "x".repeat(150_000)),
        Pair.of(new Customer("bob", 1), "y".repeat(150_000)))));
    context
        .queueStream(batches)
        .mapToPair(pair -> pair)
        .<String>updateStateByKey(
            (values, state) -> values.isEmpty() ? state : Optional.of(values.get(0)))
        .named("spent")
        .foreachRDD(rdd -> {
          if (rdd.count() == 2) {
            twice.countDown();
          }
        });
    context.start();
    return context;
  }

  private StateQuery<Customer, String> on(String context, String operator, Duration patience) {
    return StateQuery.on(till.system(), context, operator, patience);
  }

  private static Config config() {
    return ConfigFactory.parseMap(Map.of(
            "akka.actor.provider", "cluster",
            "akka.remote.artery.canonical.hostname", "127.0.0.1",
            "akka.remote.artery.canonical.port", 0,
            "akka.coordinated-shutdown.exit-jvm", "off"))
        .withFallback(ConfigFactory.load());
  }
}
