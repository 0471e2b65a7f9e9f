package io.sluice.task;

import akka.actor.typed.ActorRef;
import io.sluice.receiver.ReceiverSupervisor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The receivers that one worker hosts, by their streams. */
final class HostedReceivers {

  private final Map<Integer, ActorRef<ReceiverSupervisor.Command>> supervisors = new HashMap<>();
  private List<String> peers = List.of();

  /** Takes in the receiver of a stream, in place of one that ran for it before. */
  void host(int stream, ActorRef<ReceiverSupervisor.Command> supervisor) {
    supervisor.tell(new ReceiverSupervisor.Peers(peers));
    supervisors.put(stream, supervisor);
  }

  void tell(int stream, ReceiverSupervisor.Command command) {
    ActorRef<ReceiverSupervisor.Command> supervisor = supervisors.get(stream);
    if (supervisor != null) {
      supervisor.tell(command);
    }
  }

  /** The nodes that may hold copies of received blocks have changed. */
  void peersChanged(List<String> addresses) {
    peers = addresses;
    supervisors.values().forEach(each -> each.tell(new ReceiverSupervisor.Peers(addresses)));
  }

  void ended(int stream, ActorRef<ReceiverSupervisor.Command> supervisor) {
    supervisors.remove(stream, supervisor);
  }

  void stopAll() {
    supervisors.values().forEach(each -> each.tell(new ReceiverSupervisor.Stop()));
    supervisors.clear();
  }
}
