package examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.DStream;
import io.sluice.EventWindowDStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import io.sluice.api.Windowed;
import io.sluice.connector.jdbc.JdbcSink;
import io.sluice.connector.jdbc.JdbcSource;
import io.sluice.connector.kafka.KafkaSource;
import io.sluice.connector.kafka.Malformed;
import io.sluice.connector.kafka.StartAt;
import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Counts the views of each page in ten seconds of the time of the clicks, from a topic of Kafka into a table, each click once whatever is
 * killed. The page of the context shows live what is viewed now. Clicks are JSON: {@code {"user": "u17", "page": "/tea", "at":
 * "2026-11-24T10:15:30Z"}}; what is none of them goes to a topic of its own.
 */
public final class Clickstream {

  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Duration LATE_BY = Duration.ofSeconds(5);
  private static final Duration LIVE = Duration.ofSeconds(30);

  private Clickstream() {}

  /** Somebody has looked at a page. */
  public record Click(String user, String page, Instant at) implements Serializable {}

  /** Reads a click; what is none ends up in the topic {@code clicks-malformed}. */
  public static final class ClickDeserializer implements Deserializer<Click> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Click deserialize(String topic, byte[] bytes) {
      try {
        JsonNode click = JSON.readTree(bytes);
        return new Click(
            click.required("user").asText(),
            click.required("page").asText(),
            Instant.parse(click.required("at").asText()));
      } catch (IOException | RuntimeException malformed) {
        throw new SerializationException("No click", malformed);
      }
    }
  }

  /** Arguments: brokers, the URL of a database, and its user and password, which can be left out. */
  public static void main(String[] args) throws SQLException, InterruptedException {
    String user = args.length > 2 ? args[2] : "";
    String password = args.length > 3 ? args[3] : "";
    makeTables(args[1], user, password);
    JdbcSource database = JdbcSource.of(args[1]).user(user, password);
    try (StreamingContext context = StreamingContext.create("Clickstream", INTERVAL)) {
      countViews(context, args[0], database);
      context.start();
      context.awaitTermination();
    }
  }

  private static void makeTables(String url, String user, String password) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS page_views (page VARCHAR(200), since TIMESTAMP WITH TIME ZONE, views BIGINT NOT NULL, PRIMARY KEY (page, since))");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS late_views (page VARCHAR(200) NOT NULL, views BIGINT NOT NULL)");
    }
  }

  // tag::program[]
  private static void countViews(StreamingContext context, String brokers, JdbcSource database) {
    DStream<Click> clicks = context
        .batchStream(
            KafkaSource.of(brokers, StringDeserializer.class, ClickDeserializer.class, "clicks")
                .startAt(StartAt.earliest())
                .onMalformed(Malformed.deadLetter("clicks-malformed")))
        .flatMap(record -> Stream.ofNullable(record.value()).iterator());
    EventWindowDStream<String, Long, Long> views = clicks
        .withTimestamps(Click::at, LATE_BY)
        .idleAfter(LATE_BY)
        .keyBy(Click::page, click -> 1L)
        .tumbling(WINDOW)
        .reduce(Long::sum);
    views.saveTo(
        "views",
        JdbcSink.<Pair<Windowed<String>, Long>>into(database, "page_views")
            .column("page", view -> view.key().key())
            .column("since", view -> view.key().window().start())
            .column("views", Pair::value)
            .upsert("page", "since"));
    PairDStream<String, Long> late = views.late().reduceByKey(Long::sum);
    late.saveTo(
        "late",
        JdbcSink.<Pair<String, Long>>into(database, "late_views")
            .column("page", Pair::key)
            .column("views", Pair::value));
    clicks
        .map(Click::page)
        .countByValueAndWindow(LIVE, INTERVAL)
        .show("Pages of the last half minute", Charts.bar());
    clicks.count().show("Clicks", Charts.line());
  }
  // end::program[]
}
