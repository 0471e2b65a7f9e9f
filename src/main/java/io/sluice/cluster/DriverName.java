package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the actor of a driver is called: by its context, and by its epoch among the drivers of that context.
 *
 * @param startedMillis when the context's first driver was started
 * @param id tells the context from others of its name
 */
public record DriverName(String name, long startedMillis, long id, long epoch) {

  private static final Pattern PATTERN =
      Pattern.compile("sluice-context-(.+)-(\\d{13,})-([0-9a-f]+)-(\\d+)");

  /** The name of whoever hears workers for a driver. */
  static DriverName of(ActorRef<?> events) {
    String actor = events.path().parent().name();
    Matcher matcher = PATTERN.matcher(actor);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + actor + "' is not the actor of a driver");
    }
    return new DriverName(
        matcher.group(1),
        Long.parseLong(matcher.group(2)),
        Long.parseUnsignedLong(matcher.group(3), 16),
        Long.parseLong(matcher.group(4)));
  }

  /** The name of the driver's actor. */
  public String actor() {
    return context() + "-" + epoch;
  }

  /** What all drivers of the context have in common; of two contexts of one name the older comes first. */
  String context() {
    return String.format(
        Locale.ROOT, "sluice-context-%s-%013d-%s", name, startedMillis, Long.toHexString(id));
  }
}
