package io.sluice.simulation;

import akka.actor.WrappedMessage;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;

/** What the network sees of messages. */
final class Messages {

  private Messages() {}

  /** What is meant, without what the actor system puts around it. */
  private static Object content(Object message) {
    if (message instanceof WrappedMessage wrapped) {
      Object inner = wrapped.message();
      // A future may bring nothing.
      return inner == null ? message : content(inner);
    }
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

  /** Whether it may come twice. */
  static boolean isRepeatable(Object message) {
    return content(message) instanceof ReceiverSupervisor.BlockStored;
  }

  static void delivered(Object message) {
    if (content(message) instanceof WorkerCommand.BlocksCounted counted) {
      World.cluster().counted(counted);
    }
  }
}
