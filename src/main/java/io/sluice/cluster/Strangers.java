package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import akka.event.Logging;
import io.sluice.block.StrangerNews;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of connections to the port for messages that do not speak Akka's protocol, and of nodes that this one does not trust; see {@link RemotingLogFilter}.
 */
final class Strangers {

  private static final Logger log = LoggerFactory.getLogger(Strangers.class);
  private static final Pattern ABORTED = Pattern.compile(
      "Aborting connection from (\\S+) because of .*expected magic bytes, got \\[([^\\]]*)\\].*",
      Pattern.DOTALL);
  private static final Pattern NOT_TRUSTED = Pattern.compile(
      "\\[outbound connection to \\[(\\S+)\\], .*cause: SSL\\w*Exception: (.*)", Pattern.DOTALL);

  private final StrangerNews news = new StrangerNews();
  private final String port;

  private Strangers(String port) {
    this.port = port;
  }

  static Behavior<Logging.LogEvent> create() {
    return Behaviors.setup(actor -> {
      ActorRef<EventStream.Command> events = actor.getSystem().eventStream();
      events.tell(
          new EventStream.Subscribe<>(Logging.Debug.class, actor.getSelf().narrow()));
      events.tell(
          new EventStream.Subscribe<>(Logging.Warning.class, actor.getSelf().narrow()));
      Strangers strangers = new Strangers(
          actor.getSystem().address().getPort().map(String::valueOf).orElse("unknown"));
      return Behaviors.receiveMessage(event -> {
        strangers.hear(String.valueOf(event.message()));
        return Behaviors.same();
      });
    });
  }

  private void hear(String event) {
    Matcher aborted = ABORTED.matcher(event);
    Matcher notTrusted = NOT_TRUSTED.matcher(event);
    if (aborted.matches()) {
      log.warn(
          "Closed a connection from [{}] to port [{}]: it began with bytes [{}], which is not Akka remoting."
              + " Only nodes of the cluster may connect to this port, all with the same"
              + " akka.remote.artery.transport; find out what runs at that address.",
          aborted.group(1),
          port,
          aborted.group(2));
    } else if (notTrusted.matches() && isNews(notTrusted.group(1), notTrusted.group(2))) {
      log.warn(
          "No TLS connection to node [{}]: {}. Both nodes need sluice.cluster.tls.enabled = on and a certificate"
              + " signed by an authority in the other's sluice.cluster.tls.trust-store (conf/tls.conf).",
          notTrusted.group(1),
          notTrusted.group(2));
    }
  }

  private boolean isNews(String host, String reason) {
    return news.isNews(host, reason, System.nanoTime());
  }
}
