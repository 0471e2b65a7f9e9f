package io.sluice.connector.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/** A real Kafka broker in this process, on the loopback address, and the hands to fill and to look into it. */
public final class Broker implements AutoCloseable {

  private static final int FIRST = 1;

  private final int node;
  private final Path directory;
  private final String clusterId;
  private final int port;
  private final int tlsPort;
  private final int controllerPort;
  private final Map<String, String> more;
  private @Nullable KafkaRaftServer server;

  /** Starts it; takes one to three seconds. */
  public Broker(Path directory) throws Exception {
    this(FIRST, directory, Uuid.randomUuid().toString(), freePort(), Map.of());
  }

  private Broker(
      int node, Path directory, String clusterId, int controllerPort, Map<String, String> more)
      throws Exception {
    this.node = node;
    this.directory = directory;
    this.clusterId = clusterId;
    this.port = freePort();
    this.tlsPort = freePort();
    this.controllerPort = controllerPort;
    this.more = more;
    new Formatter()
        .setNodeId(node)
        .setClusterId(clusterId)
        .addDirectory(directory.toString())
        .setIgnoreFormatted(true)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(directory.toString())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
    start();
  }

  /** One that is reached over TLS too, with this certificate. */
  static Broker withTls(Path directory, Path keyStore, String password) throws Exception {
    return new Broker(
        FIRST,
        directory,
        Uuid.randomUuid().toString(),
        freePort(),
        Map.of(
            "ssl.keystore.location", keyStore.toString(),
            "ssl.keystore.password", password,
            "ssl.key.password", password));
  }

  /** Another broker of the cluster. */
  Broker second(Path other) throws Exception {
    return new Broker(FIRST + 1, other, clusterId, controllerPort, more);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it again, with all that it had. */
  public void start() {
    boolean first = node == FIRST;
    String clients =
        "PLAINTEXT://localhost:" + port + (more.isEmpty() ? "" : ",SSL://localhost:" + tlsPort);
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("process.roles", first ? "broker,controller" : "broker");
    settings.put("node.id", String.valueOf(node));
    settings.put("controller.quorum.voters", FIRST + "@localhost:" + controllerPort);
    settings.put("listeners", clients + (first ? ",CONTROLLER://localhost:" + controllerPort : ""));
    settings.put("advertised.listeners", clients);
    settings.put(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", directory.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    settings.put("log.cleaner.backoff.ms", "200");
    KafkaRaftServer started = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    started.startup();
    server = started;
  }

  public void stop() {
    KafkaRaftServer running = server;
    if (running != null) {
      running.shutdown();
      running.awaitShutdown();
      server = null;
    }
  }

  @Override
  public void close() {
    stop();
  }

  public String servers() {
    return "localhost:" + port;
  }

  String tlsServers() {
    return "localhost:" + tlsPort;
  }

  public void topic(String name, int partitions, String... configs) {
    Map<String, String> settings = new HashMap<>();
    for (int at = 0; at < configs.length; at += 2) {
      settings.put(configs[at], configs[at + 1]);
    }
    try (Admin admin = admin()) {
      done(admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
          .all());
    }
  }

  void deleteTopic(String name) {
    try (Admin admin = admin()) {
      done(admin.deleteTopics(List.of(name)).all());
    }
  }

  void addPartitions(String topic, int total) {
    try (Admin admin = admin()) {
      done(
          admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total))).all());
    }
  }

  /** Moves a partition to these brokers, of which the first leads it, and waits until that is done. */
  void move(String topic, int partition, Broker... to) {
    TopicPartition moved = new TopicPartition(topic, partition);
    List<Integer> nodes = Stream.of(to).map(broker -> broker.node).toList();
    try (Admin admin = admin()) {
      done(admin
          .alterPartitionReassignments(
              Map.of(moved, Optional.of(new NewPartitionReassignment(nodes))))
          .all());
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (!done(admin.listPartitionReassignments(Set.of(moved)).reassignments())
          .isEmpty()) {
        requireBefore(deadline, moved);
      }
      done(admin.electLeaders(ElectionType.PREFERRED, Set.of(moved)).partitions());
      while (leader(admin, moved) != nodes.get(0)) {
        requireBefore(deadline, moved);
      }
    }
  }

  private static int leader(Admin admin, TopicPartition partition) {
    TopicDescription topic = Objects.requireNonNull(
        done(admin.describeTopics(List.of(partition.topic())).allTopicNames())
            .get(partition.topic()));
    return topic.partitions().get(partition.partition()).leader().id();
  }

  private static void requireBefore(long deadlineNanos, TopicPartition moved) {
    if (System.nanoTime() > deadlineNanos) {
      throw new AssertionError("Partition %s was not moved in time".formatted(moved));
    }
  }

  /** As retention does. */
  void deleteBefore(String topic, int partition, long offset) {
    try (Admin admin = admin()) {
      done(admin
          .deleteRecords(
              Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
          .all());
    }
  }

  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", servers()));
  }

  /** Sends values without keys to a partition, and waits until they are there. */
  public void send(String topic, int partition, String... values) {
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (String value : values) {
        sent.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
      }
      sent.forEach(Broker::done);
    }
  }

  /** Sends values in one transaction, which is committed or aborted. */
  void sendInTransaction(String topic, int partition, boolean committed, String... values) {
    try (KafkaProducer<String, String> producer =
        producer(Map.of("transactional.id", Uuid.randomUuid().toString()))) {
      producer.initTransactions();
      producer.beginTransaction();
      for (String value : values) {
        done(producer.send(new ProducerRecord<>(topic, partition, null, value)));
      }
      if (committed) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  /** Transactions end a little after their producers know: waits until readers see a partition up to an offset. */
  void awaitCommitted(String topic, int partition, long offset) {
    TopicPartition wanted = new TopicPartition(topic, partition);
    try (KafkaConsumer<String, String> consumer = consumer("read_committed")) {
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      long end = -1;
      while (end < offset && System.nanoTime() < deadline) {
        end = consumer.endOffsets(List.of(wanted)).getOrDefault(wanted, -1L);
      }
      if (end != offset) {
        throw new AssertionError("%s ends at %d, not at %d".formatted(wanted, end, offset));
      }
    }
  }

  public KafkaProducer<String, String> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", servers());
    settings.put("key.serializer", StringSerializer.class);
    settings.put("value.serializer", StringSerializer.class);
    return new KafkaProducer<>(settings);
  }

  /**
   * All that a reader of committed records sees of a topic, partition by partition. What was written before, and is
   * neither committed nor aborted yet, is waited for: transactions end a little after their producers know.
   */
  public List<ConsumerRecord<String, String>> read(String topic) {
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer("read_committed");
        KafkaConsumer<String, String> uncommitted = consumer("read_uncommitted")) {
      for (var info : consumer.partitionsFor(topic)) {
        TopicPartition partition = new TopicPartition(topic, info.partition());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = uncommitted.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (consumer.position(partition) < end) {
          consumer.poll(Duration.ofMillis(200)).forEach(all::add);
          if (System.nanoTime() > deadline) {
            throw new AssertionError("A transaction in %s does not end".formatted(partition));
          }
        }
      }
    }
    return all;
  }

  private KafkaConsumer<String, String> consumer(String isolation) {
    return new KafkaConsumer<>(Map.of(
        "bootstrap.servers",
        servers(),
        "isolation.level",
        isolation,
        "key.deserializer",
        StringDeserializer.class,
        "value.deserializer",
        StringDeserializer.class));
  }

  private static <T> T done(Future<T> asked) {
    try {
      return asked.get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
