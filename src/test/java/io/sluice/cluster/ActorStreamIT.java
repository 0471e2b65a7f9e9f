package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.ActorStream;
import io.sluice.StreamingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member of the cluster that runs nothing of Sluice sends to a stream on another. */
@Timeout(120)
class ActorStreamIT {

  /** A class that no serializer of Akka is bound to. */
  private record Order(String item, List<Integer> counts) {}

  @Test
  void recordsFromAnotherNodeAreStoredAndAnswered() throws InterruptedException {
    ActorTestKit driver = ActorTestKit.create("orders", config());
    ActorTestKit shop = ActorTestKit.create("orders", config());
    try {
      Cluster first = Cluster.get(driver.system());
      first.manager().tell(Join.create(first.selfMember().address()));
      Cluster.get(shop.system()).manager().tell(Join.create(first.selfMember().address()));
      Queue<Order> received = new ConcurrentLinkedQueue<>();
      try (StreamingContext context =
          StreamingContext.on(driver.system(), "orders", Duration.ofMillis(200))) {
        context.<Order>actorStream("orders").foreachRDD(rdd -> received.addAll(rdd.collect()));
        context.start();
        ActorRef<ActorStream.Message<Order>> orders = find(shop);
        TestProbe<ActorStream.Reply> sender = shop.createTestProbe();

        orders.tell(ActorStream.one(new Order("tea", List.of(1, 2)), sender.getRef()));
        sender.expectMessage(Duration.ofSeconds(20), new ActorStream.Stored());
        orders.tell(ActorStream.one(new Order("x".repeat(300_000), List.of()), sender.getRef()));
        assertThat(sender.expectMessageClass(ActorStream.Refused.class).reason())
            .contains("a message to another node can have 260096")
            .contains("Send fewer at a time");

        context.stop(true);
        assertThat(received).containsExactly(new Order("tea", List.of(1, 2)));
        sender.expectTerminated(orders, Duration.ofSeconds(20));
      }
    } finally {
      shop.shutdownTestKit();
      driver.shutdownTestKit();
    }
  }

  private static ActorRef<ActorStream.Message<Order>> find(ActorTestKit kit) {
    ServiceKey<ActorStream.Message<Order>> key = ActorStream.key("orders", "orders");
    TestProbe<Receptionist.Listing> found = kit.createTestProbe();
    kit.system().receptionist().tell(Receptionist.subscribe(key, found.getRef()));
    while (true) {
      Receptionist.Listing listing =
          found.expectMessageClass(Receptionist.Listing.class, Duration.ofSeconds(20));
      if (!listing.getServiceInstances(key).isEmpty()) {
        return listing.getServiceInstances(key).iterator().next();
      }
    }
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
