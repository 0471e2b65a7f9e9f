package bench;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A broker in a JVM of its own, with the lines in a topic. It keeps them in a directory, and fills the topic once. */
public final class KafkaBroker {

  private KafkaBroker() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Path filled = directory.resolve("filled-" + Topic.LINES);
    boolean isNew = !Files.exists(filled);
    if (isNew) {
      format(directory);
    }
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(settings(directory), false), Time.SYSTEM);
    server.startup();
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    if (isNew) {
      fill();
      Files.createFile(filled);
    }
    System.out.println("serving");
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void format(Path directory) throws Exception {
    Files.createDirectories(directory);
    new Formatter()
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(directory.toString())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
  }

  private static Map<String, Object> settings(Path directory) {
    String controller = "127.0.0.1:" + (Generator.PORT + 1);
    Map<String, Object> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@" + controller);
    settings.put("listeners", "PLAINTEXT://" + Topic.SERVERS + ",CONTROLLER://" + controller);
    settings.put("advertised.listeners", "PLAINTEXT://" + Topic.SERVERS);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("log.dirs", directory.toString());
    settings.put("log.retention.hours", "-1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    return settings;
  }

  private static void fill() throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", Topic.SERVERS, "linger.ms", "20");
    try (Admin admin = Admin.create(settings)) {
      admin
          .createTopics(List.of(new NewTopic(Topic.NAME, Topic.PARTITIONS, (short) 1)))
          .all()
          .get();
    }
    byte[] text = Text.bytes();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long line = 0; line < Topic.LINES; line++) {
        int at = (int) (line % Text.LINES) * Text.LINE_BYTES;
        byte[] value = Arrays.copyOfRange(text, at, at + Text.LINE_BYTES - 1);
        producer.send(
            new ProducerRecord<>(Topic.NAME, (int) (line % Topic.PARTITIONS), null, value));
      }
    }
  }
}
