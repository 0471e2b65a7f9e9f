package io.sluice.simulation;

import akka.actor.WrappedMessage;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;

/** What the network sees of messages. */
final class Messages {

  private Messages() {}

  /** What was sent, without what the actor system puts around it. */
  private static Object sent(Object message) {
    if (message instanceof WrappedMessage wrapped) {
      Object inner = wrapped.message();
      // A future may bring nothing.
      return inner == null ? message : sent(inner);
    }
    return message;
  }

  /** What is meant. */
  private static Object content(Object wrapped) {
    Object message = sent(wrapped);
    if (message instanceof WorkerCommand.Numbered numbered) {
      return numbered.command();
    }
    if (message instanceof WorkerEvent.Numbered numbered) {
      return numbered.event() instanceof WorkerEvent.FromReceiver said
          ? said.event()
          : numbered.event();
    }
    return message;
  }

  static String label(Object message) {
    return content(message).getClass().getSimpleName();
  }

  /** Whether driver and worker bear that it is lost, or comes twice. */
  static boolean mayGoWrong(Object message) {
    Object sent = sent(message);
    return sent instanceof WorkerCommand.Numbered
        || sent instanceof WorkerCommand.Ping
        || sent instanceof WorkerCommand.Accepted
        || sent instanceof WorkerCommand.Handover
        || sent instanceof WorkerEvent.Numbered
        || sent instanceof WorkerEvent.Pong
        || sent instanceof WorkerEvent.WorkerReady
        || sent instanceof WorkerEvent.WorkerUp
        || sent instanceof WorkerEvent.Resumed;
  }

  static void delivered(Object message) {
    if (content(message) instanceof WorkerCommand.BlocksCounted counted) {
      World.cluster().counted(counted);
    }
  }
}
