package io.sluice.task;

import akka.actor.typed.ActorRef;
import io.sluice.receiver.ReceiverSupervisor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The receivers that one worker hosts, by their streams. */
final class HostedReceivers {

  private record Hosted(int attempt, ActorRef<ReceiverSupervisor.Command> supervisor) {}

  private final Map<Integer, Hosted> supervisors = new HashMap<>();
  private List<String> peers = List.of();

  /** Takes in the receiver of a stream, in place of one that ran for it before. */
  void host(int stream, int attempt, ActorRef<ReceiverSupervisor.Command> supervisor) {
    supervisor.tell(new ReceiverSupervisor.Peers(peers));
    supervisors.put(stream, new Hosted(attempt, supervisor));
  }

  /** The attempt of each receiver that runs here, by stream. */
  Map<Integer, Integer> attempts() {
    Map<Integer, Integer> attempts = new HashMap<>();
    supervisors.forEach((stream, hosted) -> attempts.put(stream, hosted.attempt));
    return attempts;
  }

  void tellAll(ReceiverSupervisor.Command command) {
    supervisors.values().forEach(hosted -> hosted.supervisor.tell(command));
  }

  void tell(int stream, ReceiverSupervisor.Command command) {
    Hosted hosted = supervisors.get(stream);
    if (hosted != null) {
      hosted.supervisor.tell(command);
    }
  }

  /** The nodes that may hold copies of received blocks have changed. */
  void peersChanged(List<String> addresses) {
    peers = addresses;
    tellAll(new ReceiverSupervisor.Peers(addresses));
  }

  void ended(int stream, ActorRef<ReceiverSupervisor.Command> supervisor) {
    supervisors.computeIfPresent(
        stream, (key, hosted) -> hosted.supervisor.equals(supervisor) ? null : hosted);
  }

  /** The receiver has said its last word. */
  void ended(int stream, int attempt) {
    supervisors.computeIfPresent(
        stream, (key, hosted) -> hosted.attempt == attempt ? null : hosted);
  }

  void stopAll() {
    tellAll(new ReceiverSupervisor.Stop());
    supervisors.clear();
  }
}
