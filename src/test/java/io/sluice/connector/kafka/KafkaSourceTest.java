package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.DStream;
import io.sluice.StreamingContext;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KafkaSourceTest {

  @TempDir
  private static Path directory;

  private static Broker broker;

  @TempDir
  private Path checkpoints;

  private String topic = "";
  private Instant now = Instant.EPOCH;

  @BeforeAll
  static void start() throws Exception {
    broker = new Broker(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void newTopic(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
    broker.topic(topic, 2);
  }

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .startTime(now)
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .set("sluice.batch.partitions", 2)
        .build();
  }

  private KafkaSource<String, String> source() {
    return KafkaSource.strings(broker.servers(), topic);
  }

  private static DStream<String> values(StreamingTest test, KafkaSource<String, String> source) {
    return test.context().batchStream(source).map(record -> Objects.requireNonNull(record.value()));
  }

  @Test
  void batchHasWhatCameSinceTheOneBefore() {
    broker.send(topic, 0, "old");
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> read = test.output(values(test, source()));
      broker.send(topic, 0, "a", "b");
      broker.send(topic, 1, "c");
      test.runBatches(1);
      broker.send(topic, 1, "d");
      test.runBatches(2);

      assertThat(read.records().get(0)).containsExactlyInAnyOrder("a", "b", "c");
      assertThat(read.records().subList(1, 3)).containsExactly(List.of("d"), List.of());
      assertThat(test.events(StreamingEvent.BatchCompleted.class).stream()
              .map(event -> event.batch().numRecords()))
          .containsExactly(3L, 1L, 0L);
    }
  }

  @Test
  void recordHasItsKeyTimeHeadersAndPlace() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> read = test.output(test.context()
          .batchStream(source().startAt(StartAt.earliest()))
          .map(record -> "%s-%d@%d %d %s=%s %s:%s"
              .formatted(
                  record.topic().length(),
                  record.partition(),
                  record.offset(),
                  record.timestamp(),
                  record.key(),
                  record.value(),
                  record.headers().get(0).key(),
                  new String(
                      Objects.requireNonNull(record.headers().get(0).value()),
                      StandardCharsets.UTF_8))));
      try (var producer = broker.producer(Map.of())) {
        ProducerRecord<String, String> sent =
            new ProducerRecord<String, String>(topic, 1, 123L, "k", null);
        sent.headers().add("h", "v".getBytes(StandardCharsets.UTF_8));
        producer.send(sent).get(10, TimeUnit.SECONDS);
      }
      test.runBatches(1);

      assertThat(read.records().get(0)).containsExactly(topic.length() + "-1@0 123 k=null h:v");
    }
  }

  @Test
  void holesOfTransactionsAreNoRecordsAndAbortedOnesAreLeftOut() {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> read = test.output(values(test, source()));
      broker.sendInTransaction(topic, 0, true, "a", "b");
      broker.sendInTransaction(topic, 0, false, "never");
      broker.awaitCommitted(topic, 0, 5);
      test.runBatches(1);
      broker.sendInTransaction(topic, 0, false, "never");
      broker.awaitCommitted(topic, 0, 7);
      test.runBatches(1);
      broker.sendInTransaction(topic, 0, true, "c");
      broker.awaitCommitted(topic, 0, 9);
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of("a", "b"), List.of(), List.of("c"));
    }
  }

  @Test
  void compactedTopicGivesWhatIsLeft() throws Exception {
    String compacted = topic + "-compacted";
    broker.topic(
        compacted,
        1,
        "cleanup.policy",
        "compact",
        "segment.bytes",
        "1048576",
        "segment.ms",
        "100",
        "min.cleanable.dirty.ratio",
        "0.001",
        "max.compaction.lag.ms",
        "100");
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 30; i++) {
        producer
            .send(new ProducerRecord<>(compacted, 0, "key" + i % 3, "value" + i))
            .get(10, TimeUnit.SECONDS);
        if (i % 10 == 9) {
          TimeUnit.MILLISECONDS.sleep(150); // a segment ends by the broker's clock
        }
      }
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (broker.read(compacted).size() == 30 && System.nanoTime() < deadline) {
      broker.send(compacted, 0, "more");
      TimeUnit.MILLISECONDS.sleep(300);
    }
    List<String> left = new ArrayList<>();
    broker.read(compacted).forEach(record -> left.add(record.value()));

    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> read = test.output(values(
          test, KafkaSource.strings(broker.servers(), compacted).startAt(StartAt.earliest())));
      test.runBatches(1);

      assertThat(left).as("compaction has made holes").doesNotContain("value0", "value1");
      assertThat(read.records().get(0)).containsAll(left.subList(left.size() - 3, left.size()));
    }
  }

  @Test
  void startsWhereItIsTold() throws Exception {
    long[] time = {1_000, 2_000, 3_000};
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        producer
            .send(new ProducerRecord<>(topic, 0, time[i], null, "v" + i))
            .get(10, TimeUnit.SECONDS);
      }
    }
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> earliest = test.output(values(test, source().startAt(StartAt.earliest())));
      Recorded<String> since =
          test.output(values(test, source().startAt(StartAt.timestamp(Instant.ofEpochSecond(2)))));
      Recorded<String> given =
          test.output(values(test, source().startAt(StartAt.offsets(Map.of(topic + "-0", 2L)))));
      Recorded<String> one = test.output(values(
          test,
          KafkaSource.strings(broker.servers())
              .partitions(topic + "-1")
              .startAt(StartAt.earliest())));
      broker.send(topic, 1, "w");
      test.runBatches(1);

      assertThat(earliest.records().get(0)).containsExactlyInAnyOrder("v0", "v1", "v2", "w");
      assertThat(since.records().get(0)).containsExactlyInAnyOrder("v1", "v2", "w");
      assertThat(given.records().get(0)).containsExactlyInAnyOrder("v2", "w");
      assertThat(one.records().get(0)).containsExactly("w");
    }
  }

  @Test
  void newPartitionsAndTopicsOfAPatternAreReadFromTheirBeginning() {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> named =
          test.output(values(test, source().discoverEvery(Duration.ofSeconds(1))));
      Recorded<String> like = test.output(values(
          test,
          KafkaSource.strings(broker.servers())
              .pattern(topic + ".*")
              .discoverEvery(Duration.ofSeconds(1))));
      test.runBatches(1);
      broker.addPartitions(topic, 3);
      broker.send(topic, 2, "new partition");
      broker.topic(topic + "-too", 1);
      broker.send(topic + "-too", 0, "new topic");
      test.runBatches(2);

      assertThat(named.records().stream().flatMap(List::stream)).containsExactly("new partition");
      assertThat(like.records().stream().flatMap(List::stream))
          .containsExactlyInAnyOrder("new partition", "new topic");
    }
  }

  @Test
  void restartGoesOnWithTheNextRecordThoughMuchCameMeanwhile() {
    List<String> read = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      try (StreamingTest test = test(1)) {
        Recorded<String> values = test.output(values(test, source()));
        broker.send(topic, run % 2, "in " + run);
        test.runBatches(2);
        values.records().forEach(read::addAll);
        now = test.clock().now();
        test.killAll();
      }
      broker.send(topic, run % 2, "between " + run);
    }

    assertThat(read)
        .as("partitions of a batch have no order")
        .containsExactlyInAnyOrder("in 0", "between 0", "in 1", "between 1", "in 2");
  }

  @Test
  void ratesBoundABatch() {
    String[] many = IntStream.range(0, 20).mapToObj(String::valueOf).toArray(String[]::new);
    broker.send(topic, 0, many);
    broker.send(topic, 1, many);
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Long> read = test.output(test.context()
          .batchStream(source().startAt(StartAt.earliest()).maxRatePerPartition(7))
          .count());
      test.runBatches(4);

      assertThat(read.records())
          .containsExactly(List.of(14L), List.of(14L), List.of(12L), List.of(0L));
      assertThat(test.events(StreamingEvent.SourcePlanned.class))
          .extracting(event -> event.source().records(), event -> event.source().waiting())
          .containsExactly(
              tuple(14L, OptionalLong.of(26)),
              tuple(14L, OptionalLong.of(12)),
              tuple(12L, OptionalLong.of(0)),
              tuple(0L, OptionalLong.of(0)));
    }
  }

  @Test
  void whatWasDeletedBeforeItWasReadIsAnErrorOrCountedAsItIsTold() {
    broker.send(topic, 0, "a", "b", "c", "d");
    KafkaSource<String, String> from1 = source().startAt(StartAt.offsets(Map.of(topic + "-0", 1L)));
    broker.deleteBefore(topic, 0, 3);
    try (StreamingTest test = StreamingTest.create()) {
      test.output(values(test, from1));
      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("offsets 1 to 2 of partition " + topic + "-0 were deleted")
          .hasMessageContaining("Overrun.SKIP");
    }
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> read = test.output(values(test, from1.onOverrun(Overrun.SKIP)));
      test.runBatches(2);
      assertThat(read.records()).containsExactly(List.of("d"), List.of());
    }
  }

  @Test
  void whatIsDeletedBetweenPlanAndTaskIsSkippedTooIfItMayBe() {
    broker.send(topic, 0, "a", "b", "c", "d");
    KafkaSource<String, String> all = source().startAt(StartAt.earliest()).onOverrun(Overrun.SKIP);
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> read = test.output(values(test, all));
      test.beforeTask(1, () -> broker.deleteBefore(topic, 0, 3));
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of("d"));
    }
  }

  @Test
  void topicThatIsMadeAnewIsAnErrorOrReadFromItsBeginning() throws Exception {
    for (Overrun policy : Overrun.values()) {
      String name = topic + "-" + policy;
      broker.topic(name, 1);
      try (StreamingTest test = StreamingTest.create()) {
        Recorded<String> read = test.output(values(
            test,
            KafkaSource.strings(broker.servers(), name)
                .onOverrun(policy)
                .discoverEvery(Duration.ofSeconds(1))));
        broker.send(name, 0, "a", "b", "c");
        test.runBatches(1);
        broker.deleteTopic(name);
        test.runBatches(1);
        broker.topic(name, 1);
        broker.send(name, 0, "new");
        if (policy == Overrun.FAIL) {
          assertThatThrownBy(() -> test.runBatches(1))
              .hasMessageContaining("ends at offset 1, before offset 3");
        } else {
          test.runBatches(1);
          assertThat(read.records())
              .containsExactly(List.of("a", "b", "c"), List.of(), List.of("new"));
        }
      }
    }
  }

  @Test
  void restartThatReadsOtherTopicsLeavesTheOldOnes() {
    broker.topic(topic + "-other", 1);
    try (StreamingTest test = test(1)) {
      test.output(values(test, source()));
      broker.send(topic, 0, "a");
      test.runBatches(1);
      now = test.clock().now();
      test.killAll();
    }
    broker.send(topic, 0, "not read");
    try (StreamingTest test = test(1)) {
      Recorded<String> read =
          test.output(values(test, KafkaSource.strings(broker.servers(), topic + "-other")));
      broker.send(topic + "-other", 0, "b");
      test.runBatches(2);

      assertThat(read.records().stream().flatMap(List::stream)).containsExactly("b");
    }
  }

  @Test
  void malformedRecordsFailOrAreLeftOutOrWrittenElsewhere() throws Exception {
    broker.topic(topic + "-dead", 1);
    broker.send(topic, 0, "12345678", "short", "87654321");
    KafkaSource<String, Long> longs = KafkaSource.of(
            broker.servers(), StringDeserializer.class, LongDeserializer.class, topic)
        .startAt(StartAt.earliest());
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().batchStream(longs).map(KafkaRecord::offset));
      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("record at offset 1 of partition " + topic + "-0")
          .hasMessageContaining("onMalformed")
          .hasMessageNotContaining("short");
    }
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Long> skipped = test.output(
          test.context().batchStream(longs.onMalformed(Malformed.skip())).map(KafkaRecord::offset));
      Recorded<Long> kept = test.output(test.context()
          .batchStream(longs.onMalformed(Malformed.deadLetter(topic + "-dead")))
          .map(KafkaRecord::offset));
      test.runBatches(1);

      assertThat(skipped.records().get(0)).containsExactly(0L, 2L);
      assertThat(kept.records().get(0)).containsExactly(0L, 2L);
      assertThat(broker.read(topic + "-dead")).singleElement().satisfies(letter -> {
        assertThat(letter.value()).isEqualTo("short");
        assertThat(new String(
                letter.headers().lastHeader("sluice-offset").value(), StandardCharsets.UTF_8))
            .isEqualTo("1");
      });
    }
  }

  @Test
  void groupHearsOfBatchesThatAreDone() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(values(test, source().commitToGroup("group-" + topic)));
      broker.send(topic, 1, "a", "b");
      test.runBatches(2);

      try (Admin admin = broker.admin()) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long committed = -1;
        while (committed != 2 && System.nanoTime() < deadline) {
          var offsets = admin
              .listConsumerGroupOffsets("group-" + topic)
              .partitionsToOffsetAndMetadata()
              .get(10, TimeUnit.SECONDS);
          var offset = offsets.get(new TopicPartition(topic, 1));
          committed = offset == null ? -1 : offset.offset();
        }
        assertThat(committed).isEqualTo(2);
      }
    }
  }

  @Test
  void whatCannotBeReadIsRefusedAtOnceWithAReason() {
    try (StreamingContext context = StreamingContext.local("kafka", Duration.ofSeconds(1))) {
      assertThatThrownBy(
              () -> context.batchStream(KafkaSource.strings(broker.servers(), "nothing")))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining(broker.servers() + " has no topic 'nothing'");
      assertThatThrownBy(() -> context.batchStream(KafkaSource.strings(broker.servers())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one of the three");
      assertThatThrownBy(() -> context.batchStream(source().pattern("x.*")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() ->
              context.batchStream(source().startAt(StartAt.offsets(Map.of(topic + "-7", 1L)))))
          .hasMessageContaining("which it does not read");
      assertThatThrownBy(() -> source().pattern("("))
          .hasMessageContaining("is no regular expression");
      assertThatThrownBy(() -> StartAt.offsets(Map.of("orders", 1L)))
          .hasMessageContaining("'orders' is no partition");
      assertThatThrownBy(() -> source().maxRatePerPartition(0)).hasMessageContaining("got 0");
      assertThatThrownBy(() -> context.batchStream(source().property("security.protocol", "NONE")))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("security.protocol");
      assertThat(source().property("sasl.jaas.config", "secret").toString())
          .doesNotContain("secret");
    }
  }

  @Test
  void missingLibraryIsNamed() {
    ClassLoader without = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader());

    assertThatThrownBy(() -> Clients.requireLibrary(without))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("org.apache.kafka:kafka-clients");
  }
}
