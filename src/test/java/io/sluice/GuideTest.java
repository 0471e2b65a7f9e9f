package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Charts;
import io.sluice.api.ContextState;
import io.sluice.api.OncePerBatch;
import io.sluice.api.Pair;
import io.sluice.api.SaveOptions;
import io.sluice.api.StreamingEvent;
import io.sluice.api.WindowOptions;
import io.sluice.api.Windowed;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.connector.http.HttpLineReceiver;
import io.sluice.connector.http.HttpPushReceiver;
import io.sluice.connector.http.HttpSource;
import io.sluice.connector.http.Secret;
import io.sluice.connector.http.ServerSentEvent;
import io.sluice.connector.http.ServerSentEventReceiver;
import io.sluice.connector.http.WebSocketReceiver;
import io.sluice.connector.http.XFilteredStream;
import io.sluice.connector.jdbc.JdbcLookup;
import io.sluice.connector.jdbc.JdbcSink;
import io.sluice.connector.jdbc.JdbcSource;
import io.sluice.connector.kafka.Broker;
import io.sluice.connector.kafka.KafkaMessage;
import io.sluice.connector.kafka.KafkaRecord;
import io.sluice.connector.kafka.KafkaSink;
import io.sluice.connector.kafka.KafkaSource;
import io.sluice.connector.kafka.StartAt;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of the guide, and that the guide shows it as it is here. */
class GuideTest {

  private static final Path SOURCE = Path.of("src/test/java/io/sluice/GuideTest.java");
  private static final Pattern BLOCK =
      Pattern.compile("<!-- code: (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);

  /** A purchase. */
  record Purchase(String user, Instant time, long cents) {}

  private static Optional<Long> addUp(List<Long> values, Optional<Long> balance) {
    return Optional.of(
        balance.orElse(0L) + values.stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void kafka(@TempDir Path logs) throws Exception {
    try (Broker broker = new Broker(logs);
        StreamingContext context = StreamingContext.local("kafka", Duration.ofMillis(50))) {
      String brokers = broker.servers();
      broker.topic("orders", 1);
      broker.topic("totals", 1);
      broker.send("orders", 0, "tea", "tea");
      // tag::kafka-source[]
      KafkaSource<String, String> orders = KafkaSource.strings(brokers, "orders")
          .startAt(StartAt.earliest())
          .maxRatePerPartition(10_000)
          .commitToGroup("order-counts");
      DStream<KafkaRecord<String, String>> records = context.batchStream(orders);
      records.map(record -> record.topic()).countByValue().print();
      // end::kafka-source[]
      PairDStream<String, Long> totals = records.map(record -> record.topic()).countByValue();
      // tag::kafka-sink[]
      totals.saveTo(
          "totals",
          KafkaSink.<Pair<String, Long>>strings(
                  brokers, total -> KafkaMessage.of("totals", total.key(), "" + total.value()))
              .exactlyOnce("totals"));
      // end::kafka-sink[]
      context.start();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (broker.read("totals").isEmpty() && System.nanoTime() < deadline) {
        assertThat(context.state()).isEqualTo(ContextState.ACTIVE);
      }

      assertThat(broker.read("totals")).extracting(ConsumerRecord::value).containsExactly("2");
    }
  }

  @Test
  void query() throws Exception {
    try (StreamingContext context = StreamingContext.local("accounts", Duration.ofMillis(50))) {
      Queue<RDD<Pair<String, Long>>> once = new ArrayDeque<>();
      once.add(context.parallelize(List.of(Pair.of("ann", 5L), Pair.of("bob", 7L))));
      PairDStream<String, Long> amounts = context.queueStream(once).mapToPair(pair -> pair);
      // tag::query[]
      amounts.updateStateByKey(GuideTest::addUp).named("balances").print();
      context.start();
      StateQuery<String, Long> balances = context.query("balances");
      Optional<Long> ann = balances.get("ann").value();
      StateQuery.Answer<List<Pair<String, Long>>> some = balances.scan(1000);
      // end::query[]
      assertThat(ann).isIn(Optional.empty(), Optional.of(5L));
      assertThat(some.value().size()).isIn(0, 2);
      long end = System.nanoTime() + 30_000_000_000L;
      while (balances.get("ann").value().isEmpty()) {
        assertThat(System.nanoTime()).as("in time").isLessThan(end);
      }

      assertThat(balances.scan(1000).value())
          .containsExactlyInAnyOrder(Pair.of("ann", 5L), Pair.of("bob", 7L));
      assertThat(askedFromAnyMember(context.system())).contains(5L);
    }
  }

  private static Optional<Long> askedFromAnyMember(ActorSystem<?> system) {
    // tag::remote query[]
    StateQuery<String, Long> balances =
        StateQuery.on(system, "accounts", "balances", Duration.ofSeconds(10));
    Optional<Long> ann = balances.get("ann").value();
    // end::remote query[]
    return ann;
  }

  @Test
  void sources() {
    try (StreamingContext context = StreamingContext.local("sources", Duration.ofSeconds(1))) {
      // tag::sources[]
      DStream<String> lines = context.socketTextStream("localhost", 9999);
      DStream<Integer> ticks =
          context.sourceStream(() -> Source.repeat(1).throttle(10, Duration.ofSeconds(1)));
      DStream<String> orders = context.actorStream("orders");
      DStream<String> all = context.union(List.of(lines, orders, ticks.map(String::valueOf)));
      // end::sources[]
      all.print();

      assertThat(context.explain()).contains("socketTextStream", "sourceStream", "actorStream");
    }
  }

  /** Something that keeps messages until they are deleted. */
  static final class Inbox {

    record Message(long id, String text) {}

    private static final Map<Long, String> KEPT =
        new ConcurrentSkipListMap<>(Map.of(1L, "to be", 2L, "or not"));

    static Source<Message, ?> messages() {
      return Source.from(KEPT.entrySet())
          .map(kept -> new Message(kept.getKey(), kept.getValue()))
          .concat(Source.<Message>maybe());
    }

    static CompletionStage<Done> delete(List<Long> ids) {
      ids.forEach(KEPT::remove);
      return CompletableFuture.completedFuture(Done.getInstance());
    }
  }

  @Test
  void acknowledged() {
    try (StreamingContext context = StreamingContext.local("acknowledged", Duration.ofMillis(50))) {
      // tag::acknowledged[]
      DStream<String> messages = context.acknowledgedStream(
          () -> Inbox.messages().asSourceWithContext(Inbox.Message::id).map(Inbox.Message::text),
          Inbox::delete);
      // end::acknowledged[]
      Queue<String> taken = new ConcurrentLinkedQueue<>();
      messages.foreachRDD(rdd -> taken.addAll(rdd.collect()));
      context.start();
      while (taken.size() < 2 || !Inbox.KEPT.isEmpty()) {
        Thread.onSpinWait();
      }

      assertThat(taken).containsExactly("to be", "or not");
    }
  }

  private static Optional<Long> amount(String line) {
    return line.matches("\\d{1,18}") ? Optional.of(Long.parseLong(line)) : Optional.empty();
  }

  @Test
  void http(@TempDir Path directory) {
    try (StreamingContext context = StreamingContext.local("http", Duration.ofSeconds(1))) {
      // tag::http[]
      HttpSource source = HttpSource.at("https://example.org/stream")
          .header("Authorization", Secret.environment("STREAM_TOKEN").after("Bearer "))
          .idleTimeout(Duration.ofSeconds(90));
      DStream<String> lines = context.receiverStream(HttpLineReceiver.of(source));
      DStream<ServerSentEvent> events = context.receiverStream(
          ServerSentEventReceiver.of(HttpSource.at("https://example.org/events"))
              .numbered());
      // end::http[]
      // tag::x[]
      DStream<String> posts =
          context.receiverStream(XFilteredStream.as(Secret.environment("X_BEARER_TOKEN"))
              .fields("created_at", "entities", "lang")
              .receiver());
      // end::x[]
      // tag::webSocket[]
      DStream<String> trades =
          context.receiverStream(WebSocketReceiver.text("wss://example.org/feed")
              .subprotocols("trades.v1")
              .firstMessage("{\"subscribe\":\"all\"}"));
      // end::webSocket[]
      // tag::push[]
      DStream<String> pushed = context.receiverStream(
          HttpPushReceiver.on("0.0.0.0", 8099, Secret.environment("PUSH_TOKEN")).path("/lines"));
      // end::push[]
      Path badLines = directory;
      // tag::badLines[]
      DStream<Long> amounts = lines.flatMap(line -> amount(line).stream().iterator());
      lines.filter(line -> amount(line).isEmpty()).saveTo("bad-lines", FileSink.in(badLines));
      // end::badLines[]
      amounts.print();
      context
          .union(List.of(posts, trades, pushed, events.map(ServerSentEvent::data)))
          .print();

      assertThat(context.explain()).contains("HttpPushReceiver", "ServerSentEventReceiver");
    }
  }

  @Test
  void tables() throws Exception {
    String url = "jdbc:h2:mem:guide;DB_CLOSE_DELAY=-1";
    try (StreamingTest test = StreamingTest.create();
        Connection connection = DriverManager.getConnection(url, "app", "secret");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE purchases (customer VARCHAR(20), at TIMESTAMP WITH TIME ZONE, cents BIGINT)");
      statement.execute("CREATE TABLE totals (customer VARCHAR(20) PRIMARY KEY, cents BIGINT)");
      statement.execute("CREATE TABLE customers (name VARCHAR(20) PRIMARY KEY, city VARCHAR(20))");
      statement.execute("INSERT INTO customers VALUES ('ann', 'Bern')");
      DStream<Purchase> purchases =
          test.input(List.of(List.of(new Purchase("ann", Instant.EPOCH, 5))));
      PairDStream<String, Long> totals =
          purchases.mapToPair(purchase -> Pair.of(purchase.user(), purchase.cents()));
      // tag::jdbc-source[]
      JdbcSource shop = JdbcSource.of(url).user("app", "secret");
      // end::jdbc-source[]
      // tag::jdbc-sink[]
      purchases
          .repartition(4)
          .saveTo(
              "purchases",
              JdbcSink.<Purchase>into(shop, "purchases")
                  .column("customer", Purchase::user)
                  .column("at", Purchase::time)
                  .column("cents", Purchase::cents));
      totals
          .reduceByKey(Long::sum)
          .saveTo(
              "totals",
              JdbcSink.<Pair<String, Long>>into(shop, "totals")
                  .column("customer", Pair::key)
                  .column("cents", Pair::value)
                  .upsert("customer"));
      // end::jdbc-sink[]
      // tag::jdbc-lookup[]
      JdbcLookup<String, String> cities =
          JdbcLookup.of(shop, "customers", "name", row -> row.getString("city"));
      DStream<Pair<Purchase, Optional<String>>> known = cities.enrich(purchases, Purchase::user);
      PairDStream<String, Pair<Long, Optional<String>>> byCustomer = cities.leftOuterJoin(totals);
      // end::jdbc-lookup[]
      test.expect(known.map(pair -> pair.value().orElse("")), List.of(List.of("Bern")));
      test.expect(byCustomer, List.of(List.of(Pair.of("ann", Pair.of(5L, Optional.of("Bern"))))));

      test.run();

      try (ResultSet row =
          statement.executeQuery("SELECT SUM(p.cents) + SUM(t.cents) FROM purchases p, totals t")) {
        row.next();
        assertThat(row.getLong(1)).isEqualTo(10);
      }
    }
  }

  // tag::checkpointed[]
  static StreamingContext words(Path checkpoints) {
    return StreamingContext.getOrCreate(checkpoints.toString(), () -> {
      StreamingContext context = StreamingContext.local("words", Duration.ofSeconds(1));
      context.checkpoint(checkpoints.toString());
      PairDStream<String, Integer> ones =
          context.socketTextStream("localhost", 9999).mapToPair(word -> Pair.of(word, 1));
      PairDStream<String, Integer> totals =
          ones.updateStateByKey((counts, total) -> Optional.of(total.orElse(0) + counts.size()));
      totals.named("totals").print();
      return context;
    });
  }
  // end::checkpointed[]

  @Test
  void checkpoints(@TempDir Path directory) {
    try (StreamingContext context = words(directory)) {
      assertThat(context.explain()).contains("socketTextStream");
    }
  }

  // tag::restarted[]
  static PairDStream<String, Integer> totals(StreamingTest test, List<List<String>> words) {
    return test.input(words)
        .mapToPair(word -> Pair.of(word, 1))
        .updateStateByKey((counts, total) -> Optional.of(total.orElse(0) + counts.size()));
  }

  @Test
  void totalsSurviveTheirProcesses(@TempDir Path checkpoints) {
    Instant killed;
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .build()) {
      test.output(totals(test, List.of(List.of("a"), List.of("a"))));
      test.runBatches(2);
      killed = test.clock().now();
      test.context().stop();
    }

    try (StreamingTest test = StreamingTest.builder()
        .startTime(killed)
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .build()) {
      test.expect(totals(test, List.of(List.of("a"))), List.of(List.of(Pair.of("a", 3))));
      test.run();
    }
  }
  // end::restarted[]

  @Test
  void operations() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<String> lines = test.input(List.of(List.of("to be or", "not to be")));
      // tag::operations[]
      PairDStream<String, Integer> counts = lines
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum);
      // end::operations[]
      Recorded<Pair<String, Integer>> output = test.output(counts);
      test.runBatches(1);

      assertThat(output.records().get(0)).contains(Pair.of("to", 2), Pair.of("or", 1));
    }
  }

  @Test
  void text() {
    try (StreamingContext context = StreamingContext.local("text", Duration.ofSeconds(1))) {
      // tag::text[]
      TextDStream lines = context.socketTextStream("localhost", 9999);
      PairDStream<String, Long> counts = lines.containing("ERROR").words().countByValue();
      // end::text[]
      counts.print();
      assertThat(context.explain()).contains("containing \"ERROR\"", "words");
    }
  }

  @Test
  void joins() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Integer> orders =
          test.pairInput(List.of(List.of(Pair.of("tea", 2), Pair.of("salt", 1))));
      PairDStream<String, Integer> prices = test.pairInput(List.of(List.of(Pair.of("tea", 3))));
      // tag::joins[]
      PairDStream<String, Integer> totals = orders
          .leftOuterJoin(prices)
          .mapValues(order -> order.key() * order.value().orElse(0));
      // end::joins[]
      Recorded<Pair<String, Integer>> output = test.output(totals);
      test.runBatches(1);

      assertThat(output.records().get(0))
          .containsExactlyInAnyOrder(Pair.of("tea", 6), Pair.of("salt", 0));
    }
  }

  @Test
  void charts() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<String> lines = test.input(List.of(List.of("a", "b", "a")));
      PairDStream<String, Long> counts = lines.countByValue();
      // tag::charts[]
      counts.show("Top words", Charts.bar());
      lines.count().show("Lines", Charts.line());
      // end::charts[]
      test.runBatches(1);

      assertThat(test.awaitEvent(
                  StreamingEvent.ChartShown.class, any -> any.chart().title().equals("Lines"))
              .chart()
              .rows())
          .containsExactly(List.of("", 3.0));
    }
  }

  @Test
  void windows() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Integer> ones =
          test.pairInput(List.of(List.of(Pair.of("a", 1)), List.of(Pair.of("a", 1)), List.of()));
      // tag::windows[]
      Duration length = Duration.ofSeconds(2);
      Duration slide = Duration.ofSeconds(1);
      PairDStream<String, Integer> recomputed =
          ones.reduceByKeyAndWindow(Integer::sum, length, slide);
      PairDStream<String, Integer> incremental = ones.reduceByKeyAndWindow(
          Integer::sum,
          (total, left) -> total - left,
          WindowOptions.of(length, slide).dropEmptyKeys());
      // end::windows[]
      Recorded<Pair<String, Integer>> first = test.output(recomputed);
      Recorded<Pair<String, Integer>> second = test.output(incremental);
      test.runBatches(4);

      assertThat(first.records()).isEqualTo(second.records());
      assertThat(first.records().get(1)).containsExactly(Pair.of("a", 2));
      assertThat(first.records().get(3)).isEmpty();
    }
  }

  @Test
  void updateStateByKey() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Long> amounts = test.pairInput(
          List.of(List.of(Pair.of("eve", 5L)), List.of(Pair.of("bob", 1L)), List.of()));
      // tag::updateStateByKey[]
      PairDStream<String, Long> balances = amounts.updateStateByKey((values, balance) -> {
        long total = balance.orElse(0L);
        for (long value : values) {
          total += value;
        }
        return total == 0 ? Optional.empty() : Optional.of(total);
      });
      // end::updateStateByKey[]
      Recorded<Pair<String, Long>> output = test.output(balances);
      test.runBatches(3);

      assertThat(output.records().get(2))
          .containsExactlyInAnyOrder(Pair.of("eve", 5L), Pair.of("bob", 1L));
    }
  }

  @Test
  void mapWithState() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Long> amounts = test.pairInput(
          List.of(List.of(Pair.of("eve", 5L)), List.of(Pair.of("eve", 1L)), List.of()));
      // tag::mapWithState[]
      StateSpec<String, Long, Long, String> spec = StateSpec.<String, Long, Long, String>function(
              (user, amount, balance) -> {
                if (balance.isTimingOut()) {
                  return user + " left with " + balance.get();
                }
                long total = balance.getOption().orElse(0L) + amount.orElse(0L);
                balance.update(total);
                return user + " has " + total;
              })
          .timeout(Duration.ofMinutes(30));
      MapWithStateDStream<String, Long, Long, String> messages = amounts.mapWithState(spec);
      PairDStream<String, Long> all = messages.stateSnapshots();
      // end::mapWithState[]
      Recorded<String> output = test.output(messages);
      Recorded<Pair<String, Long>> snapshots = test.output(all);
      test.runBatches(3);

      assertThat(output.records())
          .containsExactly(List.of("eve has 5"), List.of("eve has 6"), List.of());
      assertThat(snapshots.records().get(2)).containsExactly(Pair.of("eve", 6L));
    }
  }

  @Test
  void eventTime() {
    try (StreamingTest test = StreamingTest.create()) {
      Instant zero = Instant.EPOCH;
      DStream<Purchase> purchases = test.input(List.of(
          List.of(new Purchase("eve", zero, 300)),
          List.of(new Purchase("eve", zero.plusSeconds(100), 200)),
          List.of(new Purchase("eve", zero.plusSeconds(1), 100))));
      // tag::eventTime[]
      EventWindowDStream<String, Long, Long> perMinute = purchases
          .withTimestamps(Purchase::time, Duration.ofSeconds(10))
          .keyBy(Purchase::user, Purchase::cents)
          .tumbling(Duration.ofMinutes(1))
          .reduce(Long::sum);
      PairDStream<String, Long> late = perMinute.late();
      // end::eventTime[]
      Recorded<Pair<Windowed<String>, Long>> output = test.output(perMinute);
      Recorded<Pair<String, Long>> lost = test.output(late);
      test.runBatches(3);

      assertThat(output.records().get(2)).hasSize(1);
      assertThat(lost.records().get(2)).containsExactly(Pair.of("eve", 100L));
      assertThat(perMinute.lateCounter().value()).isEqualTo(1);
    }
  }

  @Test
  void rdds() {
    // tag::rdds[]
    StreamingContext context = StreamingContext.local("report", Duration.ofSeconds(1));
    List<Pair<String, Integer>> counts = context
        .parallelize(List.of("to", "be", "or", "not", "to", "be"))
        .mapToPair(word -> Pair.of(word, 1))
        .reduceByKey(Integer::sum)
        .sortByKey()
        .collect();
    context.stop();
    // end::rdds[]
    assertThat(counts)
        .containsExactly(Pair.of("be", 2), Pair.of("not", 1), Pair.of("or", 1), Pair.of("to", 2));
  }

  @Test
  void sharedValues() {
    try (StreamingTest test = StreamingTest.create()) {
      StreamingContext context = test.context();
      DStream<String> lines = test.input(List.of(List.of("a", "x")));
      // tag::sharedValues[]
      Broadcast<Map<String, String>> names =
          context.broadcast(GuideTest::loadNames, Duration.ofMinutes(5));
      Counter unknown = context.counter("unknown names");
      DStream<String> named = lines.map(id -> {
        String name = names.value().get(id);
        if (name == null) {
          unknown.increment();
          return "?";
        }
        return name;
      });
      // end::sharedValues[]
      Recorded<String> output = test.output(named);
      test.runBatches(1);

      assertThat(output.records().get(0)).containsExactlyInAnyOrder("Ann", "?");
      assertThat(unknown.value()).isEqualTo(1);
    }
  }

  private static Map<String, String> loadNames() {
    return Map.of("a", "Ann");
  }

  @Test
  void sinks(@TempDir Path directory) throws Exception {
    Path bySize = directory.resolve("by-size");
    OncePerBatch once = new OncePerBatch("shop/total", new Nowhere());
    List<Integer> taken = new ArrayList<>();
    try (StreamingTest test = StreamingTest.create()) {
      DStream<Integer> orders = test.input(List.of(List.of(5, 7)));
      // tag::sinks[]
      orders.saveTo("orders", FileSink.in(directory).rollAt(64 << 20));
      orders.saveTo(
          "by-size",
          FileSink.<Integer>in(bySize)
              .json()
              .gzip()
              .partitionedBy("size", order -> order < 6 ? "small" : "large"));
      orders.foreachBatch((rdd, batch) -> {
        List<Integer> records = rdd.collect();
        once.run(batch, () -> taken.addAll(records));
      });
      // end::sinks[]
      test.runBatches(1);
    }

    assertThat(taken).containsExactly(5, 7);
    assertThat(FileManifest.read(directory)).hasSize(1);
    assertThat(FileManifest.read(bySize))
        .extracting(FileManifest.Entry::file)
        .anyMatch(file -> file.matches("size=small/part-.*\\.jsonl\\.gz"));
  }

  private static final class Nowhere implements OncePerBatch.Place {
    @Override
    public Optional<Instant> last(String pipeline, int partition) {
      return Optional.empty();
    }

    @Override
    public void taken(String pipeline, int partition, Instant batch) {}
  }

  @Test
  void outputs(@TempDir Path directory) throws Exception {
    String results = directory.resolve("counts").toString();
    Sink<Pair<String, Long>, CompletionStage<List<Pair<String, Long>>>> sink = Sink.seq();
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Long> counts =
          test.input(List.of(List.of("a", "b", "a"))).countByValue();
      // tag::outputs[]
      counts.print();
      counts.saveAsTextFiles(results, SaveOptions.usual().skipEmptyBatches());
      counts.toSink(sink);
      counts.foreachRDD((rdd, time) -> System.out.println(time + ": " + rdd.count() + " words"));
      // end::outputs[]
      test.runBatches(2);
    }
    try (Stream<Path> written = Files.list(directory)) {
      assertThat(written).hasSize(1);
    }
  }

  @Test
  void testing() {
    // tag::testing[]
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      DStream<String> words = test.input(List.of(List.of("a", "b", "a"), List.of("b")));
      test.expect(
          words.countByValue(),
          List.of(List.of(Pair.of("a", 2L), Pair.of("b", 1L)), List.of(Pair.of("b", 1L))));
      test.failTask(0, 0, 1);
      test.beforeBatch(2, () -> test.killNode(test.nodes().get(1)));

      test.run();
    }
    // end::testing[]
  }

  @Test
  void ownCluster() throws Exception {
    Config config = ConfigFactory.parseString("""
        akka.remote.artery.canonical.port = 0
        akka.cluster.seed-nodes = []
        sluice.cluster.min-workers = 2
        """)
        .withFallback(ConfigFactory.parseString(settings("docs/guide/own-cluster.md")))
        .withFallback(ConfigFactory.load());
    ActorSystem<Void> own = ActorSystem.create(Behaviors.empty(), "shop", config);
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "shop", config);
    try {
      for (ActorSystem<Void> member : List.of(own, system)) {
        Cluster cluster = Cluster.get(member);
        cluster.manager().tell(Join.create(Cluster.get(own).selfMember().address()));
      }
      // tag::ownCluster[]
      // On a member that is to work for others:
      SluiceNode node = SluiceNode.on(system);

      // On the member with the program:
      StreamingContext context = StreamingContext.on(own, "shop", Duration.ofMillis(200));
      DStream<String> orders = context.actorStream("orders");
      orders.countByValue().print();
      context.start();
      // end::ownCluster[]
      Set<String> workers = Set.copyOf(context
          .parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8)
          .map(any -> TaskContext.current().worker())
          .collect());
      context.stop(true);

      assertThat(workers).hasSize(2).contains(node.dataAddress());
      assertThat(own.whenTerminated().isCompleted()).isFalse();
      node.close();
    } finally {
      system.terminate();
      own.terminate();
      own.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  /** The first settings of a page. */
  private static String settings(String page) throws IOException {
    String text = Files.readString(Path.of(page));
    String begin = "<!-- settings -->\n```\n";
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf("```", from));
  }

  @Test
  void guideShowsCodeThatRuns() throws IOException {
    String source = Files.readString(SOURCE);
    List<String> shown = new ArrayList<>();
    try (Stream<Path> pages = Files.list(Path.of("docs/guide"))) {
      for (Path page : pages.sorted().toList()) {
        String text = Files.readString(page);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
          shown.add(block.group(1));
          assertThat(block.group(2))
              .as("%s, code %s", page, block.group(1))
              .isEqualTo(region(source, block.group(1)));
        }
      }
    }
    assertThat(shown).contains("operations", "windows", "testing").doesNotHaveDuplicates();
  }

  private static String region(String source, String name) {
    String begin = "// tag::" + name + "[]\n";
    int from = source.indexOf(begin) + begin.length();
    String region = source.substring(from, source.indexOf("// end::" + name + "[]"));
    String indent = region.substring(0, region.length() - region.stripLeading().length());
    return region.replaceAll("(?m)^" + indent, "").stripTrailing() + "\n";
  }
}
