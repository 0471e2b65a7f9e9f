package io.sluice.simulation;

import akka.actor.typed.internal.AdaptWithRegisteredMessageAdapter;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;

/** What the network sees of messages. */
final class Messages {

  private Messages() {}

  private static Object content(Object message) {
    Object content =
        message instanceof AdaptWithRegisteredMessageAdapter<?> adapted ? adapted.msg() : message;
    if (content instanceof WorkerCommand.Numbered numbered) {
      return numbered.command();
    }
    if (content instanceof WorkerEvent.Numbered numbered) {
      return numbered.event() instanceof WorkerEvent.FromReceiver said
          ? said.event()
          : numbered.event();
    }
    return content;
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
