package io.sluice.cluster;

import akka.actor.Address;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import akka.event.Logging;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of connections to the port for messages that do not speak Akka's protocol; see {@link RemotingLogFilter}. */
final class Strangers {

  private static final Logger log = LoggerFactory.getLogger(Strangers.class);
  private static final Pattern ABORTED = Pattern.compile(
      "Aborting connection from (\\S+) because of .*expected magic bytes, got \\[([^\\]]*)\\].*",
      Pattern.DOTALL);

  private Strangers() {}

  static Behavior<Logging.Debug> create() {
    return Behaviors.setup(actor -> {
      actor
          .getSystem()
          .eventStream()
          .tell(new EventStream.Subscribe<>(Logging.Debug.class, actor.getSelf()));
      Address own = actor.getSystem().address();
      return Behaviors.receiveMessage(event -> {
        Matcher aborted = ABORTED.matcher(String.valueOf(event.message()));
        if (aborted.matches()) {
          log.warn(
              "Closed a connection from [{}] to port [{}]: it began with bytes [{}], which is not Akka remoting."
                  + " Only nodes of the cluster may connect to this port, all with the same"
                  + " akka.remote.artery.transport; find out what runs at that address.",
              aborted.group(1),
              own.getPort().map(String::valueOf).orElse("unknown"),
              aborted.group(2));
        }
        return Behaviors.same();
      });
    });
  }
}
