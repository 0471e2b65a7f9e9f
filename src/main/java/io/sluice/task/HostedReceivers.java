package io.sluice.task;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.sluice.receiver.ReceiverSupervisor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The receivers that one worker hosts, by their streams. */
final class HostedReceivers {

  /** A receiver has ended. */
  record Ended(int stream, ActorRef<ReceiverSupervisor.Command> supervisor)
      implements WorkerCommand.Own {}

  private record Hosted(int attempt, ActorRef<ReceiverSupervisor.Command> supervisor) {}

  private final ActorContext<WorkerCommand> worker;
  private final TaskWorker.Host host;
  private final WorkerSession session;
  private final ActorRef<ReceiverSupervisor.Event> events;
  private final Map<Integer, Hosted> supervisors = new HashMap<>();
  private List<String> peers = List.of();

  /**
   * Nobody's receivers as yet.
   *
   * @param said makes a command to the worker of what a receiver says
   */
  HostedReceivers(
      ActorContext<WorkerCommand> worker,
      TaskWorker.Host host,
      WorkerSession session,
      Function<ReceiverSupervisor.Event, WorkerCommand> said) {
    this.worker = worker;
    this.host = host;
    this.session = session;
    this.events = worker.messageAdapter(ReceiverSupervisor.Event.class, said::apply);
  }

  /** Starts the receiver of a stream, in place of one that runs for it. */
  void start(WorkerCommand.StartReceiver start) {
    tell(start.stream(), new ReceiverSupervisor.Stop());
    ActorRef<ReceiverSupervisor.Command> supervisor = worker.spawn(
        ReceiverSupervisor.create(
            start.assignment(session.context()),
            host.node(),
            session.codec(),
            session.loader(),
            host.backoff(),
            session.receivedLog(start.logged()),
            host.receiverThreads(),
            events),
        "receiver-" + start.stream() + "-" + start.attempt());
    supervisor.tell(new ReceiverSupervisor.Peers(peers));
    supervisors.put(start.stream(), new Hosted(start.attempt(), supervisor));
    worker.watchWith(supervisor, new Ended(start.stream(), supervisor));
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

  void ended(Ended ended) {
    supervisors.computeIfPresent(
        ended.stream, (key, hosted) -> hosted.supervisor.equals(ended.supervisor) ? null : hosted);
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
