package io.sluice.cluster;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import io.sluice.api.Settings;
import io.sluice.block.StrangerNews;
import io.sluice.block.TellingEngine;
import io.sluice.block.TlsIdentity;
import java.time.Instant;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** TLS on the port for messages, with the files of {@code sluice.cluster.tls}. Named in the configuration and made by Akka. */
final class TlsEngines implements SSLEngineProvider {

  private static final Logger log = LoggerFactory.getLogger(TlsEngines.class);

  private final TlsIdentity identity;
  private final StrangerNews news = new StrangerNews();

  TlsEngines(ActorSystem system) {
    this.identity = Objects.requireNonNull(
        TlsIdentity.read(Settings.from(system.settings().config()).cluster().tls(), Instant.now()),
        "akka.remote.artery.transport is tls-tcp with Sluice's engines, but sluice.cluster.tls.enabled is off; turn it on.");
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return new TellingEngine(identity.accepting(), failure -> tell(failure.getMessage()));
  }

  /** Akka makes the engine before it says who connects, so the address is not known here. */
  private void tell(@Nullable String reason) {
    if (news.isNews("", String.valueOf(reason), System.nanoTime())) {
      log.warn(
          "Closed a connection to the port for messages: {}. Only nodes with a certificate signed by an authority in"
              + " sluice.cluster.tls.trust-store may connect to it (conf/tls.conf).",
          reason);
    }
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    return identity.connecting(hostname, port);
  }

  @Override
  public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
    return Option.empty();
  }

  @Override
  public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
    return Option.empty();
  }
}
