package io.sluice.task;

import akka.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** The way from a worker to its driver. What is told to a driver on another node arrives once and in order. */
final class DriverLink {

  private final ActorRef<WorkerEvent> driver;
  private final String here;
  private final long incarnation;
  private final @Nullable Link<WorkerEvent> link;

  /**
   * @param here the data address of the worker's node
   * @param there the data address of the driver's node; the same one needs no link
   */
  DriverLink(ActorRef<WorkerEvent> driver, String here, long incarnation, String there) {
    this.driver = driver;
    this.here = here;
    this.incarnation = incarnation;
    this.link = here.equals(there) ? null : new Link<>();
  }

  /** Whether the driver is on another node. */
  boolean isRemote() {
    return link != null;
  }

  void tell(WorkerEvent event) {
    if (link == null) {
      driver.tell(event);
    } else {
      send(link.send(event));
    }
  }

  private void send(Link.Numbered<WorkerEvent> numbered) {
    driver.tell(new WorkerEvent.Numbered(here, incarnation, numbered.number(), numbered.message()));
  }

  /** Whether a command is the next one; any other has come before, or will come again. */
  boolean isNext(WorkerCommand.Numbered command) {
    return link != null && link.isNext(command.number());
  }

  /** Gives the driver a sign of life: what was lost on the way to it is sent again. */
  void answer(WorkerCommand.Ping ping) {
    Link.Report report = Link.Report.NONE;
    if (link != null) {
      link.heard(ping.report()).forEach(this::send);
      report = link.report();
    }
    driver.tell(new WorkerEvent.Pong(here, incarnation, ping.number(), report));
  }
}
