package examples;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes the topics of {@link Clickstream} and sends clicks that nobody has made, until it is stopped. */
public final class InventedClicks {

  private static final int PARTITIONS = 4;
  private static final int TURNS_PER_SECOND = 20;
  private static final List<String> PAGES =
      List.of("/tea", "/rain", "/moon", "/jazz", "/bread", "/trains", "/letters", "/winter");

  private InventedClicks() {}

  /** Arguments: brokers, and the clicks a second, 100 if left out. */
  public static void main(String[] args) throws ExecutionException, InterruptedException {
    int perSecond = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    makeTopics(args[0]);
    Random random = new Random();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(
        Map.of("bootstrap.servers", args[0]), new StringSerializer(), new StringSerializer())) {
      for (long sent = 0; ; sent++) {
        var unused = producer.send(new ProducerRecord<>("clicks", click(random)));
        if (sent % Math.max(1, perSecond / TURNS_PER_SECOND) == 0) {
          TimeUnit.MILLISECONDS.sleep(1000 / Math.min(perSecond, TURNS_PER_SECOND));
        }
      }
    }
  }

  private static void makeTopics(String brokers) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      for (NewTopic topic : List.of(
          new NewTopic("clicks", PARTITIONS, (short) 1),
          new NewTopic("clicks-malformed", 1, (short) 1))) {
        try {
          admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException failure) {
          if (!(failure.getCause() instanceof TopicExistsException)) {
            throw failure;
          }
        }
      }
    }
  }

  /** Pages at the beginning of the list are viewed most. */
  private static String click(Random random) {
    int page = (int) (PAGES.size() * random.nextDouble() * random.nextDouble());
    return "{\"user\":\"u%d\",\"page\":\"%s\",\"at\":\"%s\"}"
        .formatted(random.nextInt(1000), PAGES.get(page), Instant.now());
  }
}
