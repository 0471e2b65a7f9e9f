package bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** A PostgreSQL with the settings it comes with, which ends with its JVM. */
public final class Postgres {

  private Postgres() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    EmbeddedPostgres server = EmbeddedPostgres.builder().setPort(Generator.PORT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
    System.out.println("serving");
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void close(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException left) {
      left.printStackTrace();
    }
  }
}
