package io.sluice.block;

import akka.NotUsed;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SendBytes;
import akka.stream.TLSProtocol.SessionBytes;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.TLS;
import akka.util.ByteString;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** TLS around a data connection. */
final class TlsFlow {

  private TlsFlow() {}

  /** What passes in the clear on this side and encrypted through the connection. */
  static Flow<ByteString, ByteString, NotUsed> around(
      Flow<ByteString, ByteString, NotUsed> connection, Supplier<SSLEngine> end) {
    Flow<ByteString, SslTlsOutbound, NotUsed> out = Flow.of(ByteString.class).map(SendBytes::new);
    Flow<SslTlsInbound, ByteString, NotUsed> in =
        Flow.of(SslTlsInbound.class).collectType(SessionBytes.class).map(SessionBytes::bytes);
    return BidiFlow.fromFlows(out, in)
        .atop(TLS.create(end, session -> {}, TLSClosing.eagerClose()))
        .join(connection);
  }
}
