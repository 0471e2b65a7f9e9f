package io.sluice.scheduler;

import akka.actor.typed.ActorRef;
import io.sluice.task.Link;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ways from a driver to its workers. What is told to a worker on another node arrives once and in order. */
final class WorkerLinks {

  private record Way(
      long incarnation,
      ActorRef<WorkerCommand> ref,
      @Nullable Link<WorkerCommand> link) {}

  private final long epoch;
  private final String here;
  private final Map<String, Way> ways = new LinkedHashMap<>();

  /**
   * @param here the data address of the driver's node, whose worker needs no link
   */
  WorkerLinks(long epoch, String here) {
    this.epoch = epoch;
    this.here = here;
  }

  /** Reaches a worker from now on. */
  void open(String address, long incarnation, ActorRef<WorkerCommand> ref) {
    ways.put(address, new Way(incarnation, ref, address.equals(here) ? null : new Link<>()));
  }

  Optional<ActorRef<WorkerCommand>> ref(String address) {
    return Optional.ofNullable(ways.get(address)).map(Way::ref);
  }

  void tell(String address, WorkerCommand command) {
    Way way = ways.get(address);
    if (way == null) {
      return;
    }
    if (way.link == null) {
      way.ref.tell(command);
    } else {
      send(way, way.link.send(command));
    }
  }

  private void send(Way way, Link.Numbered<WorkerCommand> numbered) {
    way.ref.tell(new WorkerCommand.Numbered(epoch, numbered.number(), numbered.message()));
  }

  /** Asks a worker for a sign of life. */
  void ping(String address, long number) {
    Way way = ways.get(address);
    if (way != null) {
      Link.Report report = way.link == null ? Link.Report.NONE : way.link.report();
      way.ref.tell(new WorkerCommand.Ping(epoch, number, report));
    }
  }

  /** A worker's sign of life: what was lost on the way to it is sent again. */
  void heard(WorkerEvent.Pong pong) {
    Way way = ways.get(pong.address());
    if (way != null && way.link != null && way.incarnation == pong.incarnation()) {
      way.link.heard(pong.report()).forEach(again -> send(way, again));
    }
  }

  /** Whether an event is the next of its worker; any other has come before, or will come again. */
  boolean isNext(WorkerEvent.Numbered numbered) {
    Way way = ways.get(numbered.address());
    return way != null
        && way.link != null
        && way.incarnation == numbered.incarnation()
        && way.link.isNext(numbered.number());
  }

  /** Says a last word to a worker that is reached no more. */
  void close(String address, WorkerCommand.Dismiss last) {
    Way way = ways.remove(address);
    if (way != null) {
      way.ref.tell(last);
    }
  }

  /** Says a last word to all. */
  void closeAll(WorkerCommand.Dismiss last) {
    ways.values().forEach(way -> way.ref.tell(last));
    ways.clear();
  }
}
