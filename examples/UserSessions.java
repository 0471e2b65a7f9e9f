package examples;

import io.sluice.EventWindowDStream;
import io.sluice.StreamingContext;
import java.time.Duration;
import java.time.Instant;

/**
 * Prints how many clicks each user made in a session, by the time when the clicks happened. Lines are
 * {@code USER SECONDS}, with seconds since 1970; they may come up to five seconds out of order.
 */
public final class UserSessions {

  private static final Duration LATENESS = Duration.ofSeconds(5);
  private static final Duration GAP = Duration.ofSeconds(30);

  /** A click of a user. */
  record Click(String user, Instant time) {
    static Click parse(String line) {
      String[] words = line.split(" ", -1);
      return new Click(words[0], Instant.ofEpochSecond(Long.parseLong(words[1])));
    }
  }

  private UserSessions() {}

  /** Arguments: host and port of the server. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Usage: UserSessions HOST PORT");
    }
    try (StreamingContext context =
        StreamingContext.create("UserSessions", Duration.ofSeconds(1))) {
      EventWindowDStream<String, Click, Long> sessions = context
          .socketTextStream(args[0], Integer.parseInt(args[1]))
          .map(Click::parse)
          .withTimestamps(Click::time, LATENESS)
          .keyBy(Click::user)
          .sessions(GAP)
          .count();
      sessions
          .map(session -> "%s clicked %d times from %s to %s"
              .formatted(
                  session.key().key(),
                  session.value(),
                  session.key().window().start(),
                  session.key().window().end().minus(GAP)))
          .print();
      sessions.late().map(late -> late.value() + " came too late").print();
      context.start();
      context.awaitTermination();
    }
  }
}
