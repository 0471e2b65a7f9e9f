package io.sluice.cluster;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.slf4j.Slf4jLoggingFilter;

/**
 * What Akka logs, as usual, and one thing more that {@link Strangers} waits for. Akka tells of foreign bytes on its port at debug
 * level only. It is named in sluice-cluster.conf and made by Akka.
 */
final class RemotingLogFilter extends Slf4jLoggingFilter {

  private static final String CONNECTIONS = "akka.stream.impl.io.TcpConnectionStage$TcpStreamLogic";

  RemotingLogFilter(ActorSystem.Settings settings, EventStream events) {
    super(settings, events);
  }

  @Override
  public boolean isDebugEnabled(Class<?> logClass, String logSource) {
    return logClass.getName().equals(CONNECTIONS) || super.isDebugEnabled(logClass, logSource);
  }
}
