package bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.StreamingContext;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Three JVMs: this one drives, two work with a slot each. Received blocks have two copies, as is the default. */
final class Cluster {

  private static final int PORT = Integer.getInteger("port", 25521);

  private static final String CONFIG =
      """
      include classpath("sluice-cluster.conf")
      sluice {
        cluster { token = bench, data-host = "127.0.0.1", data-port = 0, min-workers = 2, driver-works = false }
        task.slots = 1
      }
      akka {
        loglevel = WARNING
        remote.artery.canonical { hostname = "127.0.0.1", port = %d }
        cluster { roles = [%s], seed-nodes = ["akka://sluice@127.0.0.1:%d"] }
      }
      """;

  private Cluster() {}

  /** A worker, which ends with the process that started it. */
  public static void main(String[] args) {
    Thread parent =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException gone) {
                // The same as its end.
              }
              Runtime.getRuntime().halt(0);
            });
    parent.setDaemon(true);
    parent.start();
    Main.main(new String[] {"node", "--config", args[0]});
  }

  static StreamingContext start(Duration interval) throws IOException {
    Path worker = Files.createTempFile("worker", ".conf");
    Files.writeString(worker, CONFIG.formatted(0, "worker", PORT));
    for (int number = 0; number < 2; number++) {
      new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xms2g",
              "-Xmx2g",
              "-XX:+AlwaysPreTouch",
              "-cp",
              System.getProperty("java.class.path"),
              Cluster.class.getName(),
              worker.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    }
    Config driver = ConfigFactory.parseString(CONFIG.formatted(PORT, "driver", PORT));
    StreamingContext context =
        StreamingContext.builder("bench", interval).config(ConfigFactory.load(driver)).build();
    context.addStreamingListener(new Counted());
    return context;
  }

  static Repeating source() {
    return new Repeating(StorageLevel.MEMORY_ONLY_SER_2);
  }

  /** The receiver is elsewhere: what it has given is what batches had of it. */
  private static final class Counted implements StreamingListener {
    private final Given given = Given.from(0, Text.LINES);

    @Override
    public void onBatchCompleted(BatchInfo batch) {
      given.add(batch.numRecords());
      Measure.LINES.add(batch.numRecords());
    }
  }
}
