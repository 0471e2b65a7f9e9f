package examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import io.sluice.api.WindowOptions;
import io.sluice.connector.http.HttpLineReceiver;
import io.sluice.connector.http.HttpSource;
import io.sluice.connector.http.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Shows the hashtags that posts of the last half minute have most often, from a stream of JSON lines over HTTP: {@code {"data": {"text": "..."}}},
 * as X (Twitter) sends them. Lines that are no posts are counted. The page has a live chart.
 */
public final class TrendingHashtags {

  private static final Duration SLIDE = Duration.ofSeconds(1);
  private static final Duration LENGTH = Duration.ofSeconds(30);
  private static final int SHOWN = 5;
  private static final Pattern HASHTAG = Pattern.compile("#\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final ObjectMapper JSON = new ObjectMapper();

  private TrendingHashtags() {}

  /**
   * Arguments: the URL of the stream, and the environment variable of the workers that has its bearer token, both of which can be left
   * out. Without a URL a server of this process makes up posts.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    String url = args.length > 0 ? args[0] : inventedPosts();
    HttpSource source = HttpSource.at(url);
    if (args.length > 1) {
      source = source.header("Authorization", Secret.environment(args[1]).after("Bearer "));
    }
    try (StreamingContext context = StreamingContext.create("TrendingHashtags", SLIDE)) {
      // tag::program[]
      DStream<String> lines = context.receiverStream(HttpLineReceiver.of(source));
      DStream<String> texts = lines.flatMap(line -> text(line).stream().iterator());
      lines
          .filter(line -> text(line).isEmpty())
          .count()
          .show("Lines that are no posts", Charts.line());
      PairDStream<String, Long> tags = texts
          .flatMap(text -> hashtags(text).iterator())
          .mapToPair(tag -> Pair.of(tag, 1L))
          .reduceByKeyAndWindow(
              Long::sum,
              (total, left) -> total - left,
              WindowOptions.of(LENGTH, SLIDE).dropEmptyKeys());
      tags.show("Trending hashtags", Charts.bar());
      // end::program[]
      tags.foreachRDD((rdd, time) -> {
        System.out.println("Trending at " + time + ":");
        rdd.top(SHOWN, BY_COUNT).forEach(tag -> System.out.println("  " + tag));
      });
      context.start();
      context.awaitTermination();
    }
  }

  /** The text of a post; empty if the line is none. */
  private static Optional<String> text(String line) {
    try {
      JsonNode text = JSON.readTree(line).at("/data/text");
      return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
    } catch (JsonProcessingException malformed) {
      return Optional.empty();
    }
  }

  private static List<String> hashtags(String text) {
    return HASHTAG
        .matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  /** Travels to the workers, so it must be serializable. */
  private static final Comparator<Pair<String, Long>> BY_COUNT =
      (Comparator<Pair<String, Long>> & Serializable)
          (left, right) -> Long.compare(left.value(), right.value());

  /** Serves posts with hashtags of which some are more frequent than others. Gives the URL. */
  private static String inventedPosts() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task, "invented-posts");
      thread.setDaemon(true);
      return thread;
    }));
    server.createContext("/", request -> {
      request.sendResponseHeaders(200, 0);
      try (OutputStream out = request.getResponseBody()) {
        invent(new Random(1), out);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    server.start();
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private static void invent(Random random, OutputStream out)
      throws IOException, InterruptedException {
    String[] topics = {"#tea", "#rain", "#akka", "#java", "#moon", "#jazz", "#bread", "#trains"};
    while (true) {
      int topic = (int) (topics.length * random.nextDouble() * random.nextDouble());
      String line = "{\"data\":{\"text\":\"More about %s and %s\"}}\r\n"
          .formatted(topics[topic], topics[random.nextInt(topics.length)]);
      out.write((random.nextInt(50) == 0 ? "\r\n" : line).getBytes(StandardCharsets.UTF_8));
      out.flush();
      Thread.sleep(5);
    }
  }
}
