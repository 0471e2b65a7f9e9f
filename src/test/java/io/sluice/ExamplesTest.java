package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import examples.ActorInActorOut;
import examples.CustomReceiver;
import examples.HdfsArchive;
import examples.LogAlerts;
import examples.NetworkWordCount;
import examples.OrdersOnce;
import examples.PricedOrders;
import examples.PricedOrdersInATable;
import examples.PushedLines;
import examples.RecentQueries;
import examples.StatefulWordCount;
import examples.TailedFile;
import examples.TestedWordCount;
import examples.TrendingHashtags;
import examples.TrendingTopics;
import examples.UserSessions;
import examples.ViewsAndClicks;
import examples.WindowedTopWords;
import io.sluice.connector.file.FileManifest;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ExamplesTest {

  private static final Path EXAMPLE = Path.of("examples/NetworkWordCount.java");
  private static final String REGION_BEGIN = "  // tag::program[]\n";
  private static final String REGION_END = "  // end::program[]\n";

  private final PrintStream standardOut = System.out;
  private final Screen screen = new Screen();

  private interface Program {
    void run(String[] arguments) throws InterruptedException;
  }

  private interface Script {
    void play(Socket client) throws IOException, InterruptedException;
  }

  @BeforeEach
  void captureOutput() {
    System.setOut(new PrintStream(screen, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restoreOutput() {
    System.setOut(standardOut);
  }

  @Test
  void aProgramIsTestedWithoutATestFramework() throws Exception {
    TestedWordCount.main(new String[0]);

    screen.await(text -> text.contains("4 batches were as expected."));
  }

  @Test
  void ordersAreTakenOnce(@TempDir Path directory) throws Exception {
    OrdersOnce.main(new String[] {directory.resolve("orders").toString()});

    screen.await(text -> text.contains("The orders cost 2099 cents."));
    assertThat(FileManifest.read(directory.resolve("orders")))
        .extracting(FileManifest.Entry::records)
        .containsExactly(2L, 1L, 1L);
  }

  @Test
  void ordersArePricedAndWrittenIntoATable() throws Exception {
    PricedOrdersInATable.main(new String[] {"jdbc:h2:mem:example;DB_CLOSE_DELAY=-1"});

    screen.await(text -> text.contains("4 orders cost 1599 cents."));
  }

  @Test
  void logAlertsAreRaisedAndWithdrawn() throws Exception {
    Thread program = started("test-program", () -> {
      try {
        LogAlerts.main(new String[0]);
      } catch (IOException | InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });

    String shown = screen.await(text -> text.contains("service=payment, raised=true")
        && text.contains("service=payment, raised=false"));
    program.interrupt();
    program.join();

    Matcher written = Pattern.compile("Alerts are written to (\\S+)").matcher(shown);
    assertThat(written.find()).isTrue();
    Path alerts = Path.of(written.group(1));
    FileManifest.Entry first = FileManifest.read(alerts).get(0);
    assertThat(first.file()).startsWith("date=").endsWith(".jsonl");
    assertThat(Files.readAllLines(alerts.resolve(first.file())))
        .hasSize(1)
        .allSatisfy(line ->
            assertThat(line).contains("\"service\":\"payment\"").contains("\"raised\":true"));
  }

  @Test
  void logsAreArchivedByTheirDate(@TempDir Path directory) throws Exception {
    Path logs = Files.createDirectory(directory.resolve("logs"));
    Path archive = directory.resolve("archive");
    Thread program = started("test-program", () -> {
      try {
        HdfsArchive.main(new String[] {
          logs.toString(), archive.toString(), directory.resolve("checkpoints").toString()
        });
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    Path log = Files.writeString(directory.resolve("log"), "2026-11-24 a\n2026-11-25 b\nc\n");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!Files.exists(directory.resolve("checkpoints/Archive"))) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
    Files.move(log, logs.resolve("log"));
    while (FileManifest.read(archive).isEmpty()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
    program.interrupt();
    program.join();

    assertThat(FileManifest.read(archive))
        .extracting(entry -> entry.file().replaceFirst("/.*", ""), FileManifest.Entry::records)
        .containsExactlyInAnyOrder(
            tuple("date=2026-11-24", 1L),
            tuple("date=2026-11-25", 1L),
            tuple("date=__HIVE_DEFAULT_PARTITION__", 1L));
  }

  @Test
  void networkWordCountPrintsTheCountsOfABatch() throws Exception {
    try (ServerSocket server = listen()) {
      Thread source = serve(server, client -> {
        write(client, "to be or not to be\n");
        screen.await(text -> text.contains("(not,1)"));
      });
      Thread program = start(NetworkWordCount::main, server);

      String text = screen.await(shown -> shown.contains("(not,1)"));
      end(program, source);

      assertThat(text).contains("(to,2)", "(be,2)", "(or,1)");
    }
  }

  @Test
  void windowedTopWordsPrintsTheMostFrequentFirst() throws Exception {
    try (ServerSocket server = listen()) {
      Thread source = serve(server, client -> {
        write(client, "a b b c c c\n");
        screen.await(text -> text.contains("(a,1)"));
      });
      Thread program = start(WindowedTopWords::main, server);

      String text = screen.await(shown -> shown.contains("(a,1)"));
      end(program, source);

      assertThat(text).containsSubsequence("(c,3)", "(b,2)", "(a,1)");
    }
  }

  @Test
  void customReceiverGoesOnFromItsPositionWhenTheConnectionBreaks() throws Exception {
    String[] lines = {"one\n", "two\n", "three\n", "four\n", "five\n"};
    try (ServerSocket server = listen()) {
      Script breaksAfterThree = client -> {
        int position = readPosition(client);
        int end = position == 0 ? 3 : lines.length;
        for (int i = position; i < end; i++) {
          write(client, lines[i]);
        }
        if (end == lines.length) {
          screen.await(text -> total(text) >= lines.length);
        }
      };
      Thread source = serve(server, breaksAfterThree, breaksAfterThree);
      Thread program = start(CustomReceiver::main, server);

      String text = screen.await(shown -> total(shown) >= lines.length);
      end(program, source);

      assertThat(total(text)).isEqualTo(lines.length);
    }
  }

  @Test
  void tailedFileCountsTheLinesThatAreAddedWhenTheyAreWhole(@TempDir Path directory)
      throws Exception {
    Path file = Files.writeString(directory.resolve("log"), "old\n");
    Thread program = started("test-program", () -> {
      try {
        TailedFile.main(new String[] {file.toString()});
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    screen.await(text -> text.contains("Time"));
    Files.writeString(file, "new\nha", StandardOpenOption.APPEND);
    screen.await(text -> total(text) >= 1);
    Files.writeString(file, "lf\nlast\n", StandardOpenOption.APPEND);

    assertThat(total(screen.await(text -> total(text) >= 3))).isEqualTo(3);
    program.interrupt();
    program.join();
  }

  @Test
  void statefulWordCountGoesOnFromBatchToBatch() throws Exception {
    assertThat(talk(StatefulWordCount::main, "(be,2)", "to be\n", "(be,1)", "be\n"))
        .contains("(to,1)");
  }

  @Test
  void trendingTopicsPrintsTheTopicsOfTheWindow() throws Exception {
    String text = talk(TrendingTopics::main, "#a", "#a and #b #b\n");

    assertThat(text).containsSubsequence("Trending at", "#b", "#a").doesNotContain("and");
  }

  @Test
  void trendingHashtagsRunsWithPostsThatItMakesUp() throws Exception {
    Thread program = started("test-program", () -> {
      try {
        TrendingHashtags.main(new String[0]);
      } catch (IOException | InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });

    screen.await(text -> text.contains("  (#tea,"));
    program.interrupt();
    program.join();
  }

  @Test
  void pushedLinesCountsWhatIsPosted() throws Exception {
    int port;
    try (ServerSocket free = listen()) {
      port = free.getLocalPort();
    }
    Thread program = started("test-program", () -> {
      try {
        PushedLines.main(new String[] {Integer.toString(port)});
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    HttpRequest post = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/lines"))
        .POST(HttpRequest.BodyPublishers.ofString("tea\ntea\nsalt\n"))
        .build();
    while (!answered(post)) {
      Thread.sleep(20);
    }

    String text = screen.await(shown -> shown.contains("(tea,2)"));
    program.interrupt();
    program.join();

    assertThat(text).contains("(salt,1)");
  }

  private static boolean answered(HttpRequest request) throws InterruptedException {
    try {
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 204;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Test
  void viewsAndClicksJoinsAClickWithAnEarlierView() throws Exception {
    talk(
        ViewsAndClicks::main,
        "(ad7,(eve,home))",
        "view ad7 home\nclick ad8 bob\nclick ad9 zoe\nview ad9 news\n",
        "(ad9,(zoe,news))",
        "click ad7 eve\n");
  }

  @Test
  void pricedOrdersUsesThePricesAsTheyAre(@TempDir Path directory) throws Exception {
    Path prices = directory.resolve("prices");
    Files.writeString(prices, "tea 3\nsalt 1\n");
    try (ServerSocket server = listen()) {
      Thread source = serve(server, client -> {
        write(client, "tea 2\n");
        screen.await(text -> text.contains("(tea,6)"));
        Files.writeString(prices, "tea 5\n");
        write(client, "tea 2\n");
        screen.await(text -> text.contains("(tea,10)"));
      });
      Thread program = start(PricedOrders::main, server, prices.toString());

      screen.await(shown -> shown.contains("(tea,10)"));
      end(program, source);
    }
  }

  @Test
  void actorInActorOutCountsWhatAnActorSends() throws Exception {
    Thread program = started("test-program", () -> {
      try {
        ActorInActorOut.main(new String[] {"tea", "tea", "salt"});
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });

    String text = screen.await(shown -> shown.contains("salt came 1 times"));
    program.interrupt();
    program.join();

    assertThat(text).contains("tea came");
  }

  @Test
  void userSessionsPrintsASessionThatIsOver() throws Exception {
    String text = talk(
        UserSessions::main,
        "came too late",
        "eve 1000\neve 1020\neve 1010\neve 1100\n",
        "eve clicked 3 times",
        "eve 1001\n");

    assertThat(text).contains("from 1970-01-01T00:16:40Z to 1970-01-01T00:17:00Z");
  }

  @Test
  void recentQueriesCountsTheWordsAskedFor() throws Exception {
    try (ServerSocket server = listen()) {
      Thread source = serve(server, client -> {
        write(client, "to be or not to be\n");
        screen.await(text -> text.contains("In the last minute: {to=2}"));
      });
      Thread program = start(RecentQueries::main, server, "to");

      screen.await(shown -> shown.contains("In the last minute: {to=2}"));
      end(program, source);
    }
  }

  /** Sends what comes first, waits for what is to be seen then, and so on, and at last for {@code end}. */
  private String talk(Program program, String end, String... sentAndSeen) throws Exception {
    try (ServerSocket server = listen()) {
      Thread source = serve(server, client -> {
        for (int i = 0; i < sentAndSeen.length; i++) {
          String line = sentAndSeen[i];
          if (i % 2 == 0) {
            write(client, line);
          } else {
            screen.await(text -> text.contains(line));
          }
        }
        screen.await(text -> text.contains(end));
      });
      Thread thread = start(program, server);

      String text = screen.await(shown -> shown.contains(end));
      end(thread, source);
      return text;
    }
  }

  @Test
  void readmeShowsTheProgramOfTheExample() throws IOException {
    String example = Files.readString(EXAMPLE);
    String region = example
        .substring(
            example.indexOf(REGION_BEGIN) + REGION_BEGIN.length(), example.indexOf(REGION_END))
        .replaceAll("(?m)^  ", "");
    String readme = Files.readString(Path.of("README.md"));

    String shown = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
    shown = shown.substring(0, shown.indexOf("```"));

    assertThat(shown).isEqualTo(region);
  }

  /** The sum of the counts printed so far. */
  private static int total(String text) {
    Matcher counts = Pattern.compile("(?m)^(\\d+)$").matcher(text);
    return counts.results().collect(Collectors.summingInt(r -> Integer.parseInt(r.group(1))));
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  private static Thread serve(ServerSocket server, Script... scripts) {
    return started("test-source", () -> {
      for (Script script : scripts) {
        try (Socket client = server.accept()) {
          script.play(client);
        } catch (IOException | InterruptedException ended) {
          return;
        }
      }
    });
  }

  private static Thread start(Program program, ServerSocket server, String... more) {
    String[] arguments = Stream.concat(
            Stream.of("127.0.0.1", Integer.toString(server.getLocalPort())), Stream.of(more))
        .toArray(String[]::new);
    return started("test-program", () -> {
      try {
        program.run(arguments);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private static Thread started(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void end(Thread program, Thread source) throws InterruptedException {
    program.interrupt();
    program.join();
    source.interrupt();
    source.join();
  }

  private static void write(Socket client, String text) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static int readPosition(Socket client) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
    return Integer.parseInt(String.valueOf(in.readLine()));
  }

  /** What was printed, for somebody who waits for it. */
  private static final class Screen extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int one) {
      bytes.write(one);
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) {
      bytes.write(from, offset, length);
      notifyAll();
    }

    synchronized String await(Predicate<String> shown) throws InterruptedException {
      String text = bytes.toString(StandardCharsets.UTF_8);
      while (!shown.test(text)) {
        wait();
        text = bytes.toString(StandardCharsets.UTF_8);
      }
      return text;
    }
  }
}
