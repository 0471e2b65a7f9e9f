package io.sluice.cluster;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.slf4j.Slf4jLoggingFilter;

/**
 * What Akka logs, as usual, and two things more that {@link Strangers} waits for. Akka tells of foreign bytes on its port at debug
 * level only, and the command line does not show its warnings of connections that fail. It is named in sluice-cluster.conf and made
 * by Akka.
 */
final class RemotingLogFilter extends Slf4jLoggingFilter {

  private static final String CONNECTIONS = "akka.stream.impl.io.TcpConnectionStage$TcpStreamLogic";

  private static final String OUTBOUND = "akka.stream.Materializer";

  RemotingLogFilter(ActorSystem.Settings settings, EventStream events) {
    super(settings, events);
  }

  @Override
  public boolean isDebugEnabled(Class<?> logClass, String logSource) {
    return logClass.getName().equals(CONNECTIONS) || super.isDebugEnabled(logClass, logSource);
  }

  @Override
  public boolean isWarningEnabled(Class<?> logClass, String logSource) {
    return logClass.getName().equals(OUTBOUND) || super.isWarningEnabled(logClass, logSource);
  }
}
