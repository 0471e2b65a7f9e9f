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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/** A real Kafka broker in this process, on the loopback address, and the hands to fill and to look into it. */
public final class Broker implements AutoCloseable {

  private final Path directory;
  private final int port;
  private final int controllerPort;
  private @Nullable KafkaRaftServer server;

  /** Starts it; takes one to three seconds. */
  public Broker(Path directory) throws Exception {
    this.directory = directory;
    this.port = freePort();
    this.controllerPort = freePort();
    new Formatter()
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(directory.toString())
        .setIgnoreFormatted(true)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(directory.toString())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
    start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it again, with all that it had. */
  public void start() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@localhost:" + controllerPort);
    settings.put(
        "listeners", "PLAINTEXT://localhost:" + port + ",CONTROLLER://localhost:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
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
    Map<String, Object> settings = Map.of(
        "bootstrap.servers",
        servers(),
        "isolation.level",
        "read_committed",
        "key.deserializer",
        StringDeserializer.class,
        "value.deserializer",
        StringDeserializer.class);
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
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

  /** All that a reader of committed records sees of a topic now, partition by partition. */
  public List<ConsumerRecord<String, String>> read(String topic) {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers",
        servers(),
        "isolation.level",
        "read_committed",
        "key.deserializer",
        StringDeserializer.class,
        "value.deserializer",
        StringDeserializer.class);
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      for (var info : consumer.partitionsFor(topic)) {
        TopicPartition partition = new TopicPartition(topic, info.partition());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (consumer.position(partition) < end) {
          consumer.poll(Duration.ofMillis(200)).forEach(all::add);
        }
      }
    }
    return all;
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
