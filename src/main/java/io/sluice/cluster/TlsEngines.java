package io.sluice.cluster;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import io.sluice.api.Settings;
import io.sluice.block.TlsIdentity;
import java.time.Instant;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import scala.Option;

/** TLS on the port for messages, with the files of {@code sluice.cluster.tls}. Named in the configuration and made by Akka. */
final class TlsEngines implements SSLEngineProvider {

  private final TlsIdentity identity;

  TlsEngines(ActorSystem system) {
    this.identity = Objects.requireNonNull(
        TlsIdentity.read(Settings.from(system.settings().config()).cluster().tls(), Instant.now()),
        "akka.remote.artery.transport is tls-tcp with Sluice's engines, but sluice.cluster.tls.enabled is off; turn it on.");
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return identity.accepting();
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
