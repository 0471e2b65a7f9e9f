package io.sluice.task;

import io.sluice.plan.Message;
import java.util.ArrayDeque;
import java.util.List;

/**
 * One end of what a driver and a worker on another node say to each other. Akka brings a message at most once and in
 * order; here each bears a number, and at every heartbeat both ends compare what was sent with what has arrived. If
 * something is missing it is sent again, with all that came after it (the sliding window protocol named go-back-n). Not
 * thread-safe.
 *
 * @param <M> what this end sends
 */
public final class Link<M> {

  /** A message and its place among all that this end has sent. */
  public record Numbered<M>(long number, M message) {}

  /**
   * What an end tells the other at a heartbeat, behind all that it has sent before.
   *
   * @param sent how many messages it has sent
   * @param arrived how many have come to it without a gap
   * @param missing whether some of those that were sent to it are lost
   */
  public record Report(long sent, long arrived, boolean missing) implements Message {

    /** Of an end that has sent and heard nothing. */
    public static final Report NONE = new Report(0, 0, false);
  }

  private final ArrayDeque<Numbered<M>> unconfirmed = new ArrayDeque<>();
  private long sent;
  private long arrived;
  private boolean missing;

  /** Numbers a message and keeps it until the other end has it. */
  public Numbered<M> send(M message) {
    sent++;
    Numbered<M> numbered = new Numbered<>(sent, message);
    unconfirmed.add(numbered);
    return numbered;
  }

  /** Whether a message that has come is the next one; any other has come before, or will come again. */
  public boolean isNext(long number) {
    if (number != arrived + 1) {
      return false;
    }
    arrived++;
    return true;
  }

  /** Hears the other end's report; gives what is to be sent again. */
  public List<Numbered<M>> heard(Report other) {
    while (!unconfirmed.isEmpty() && unconfirmed.element().number() <= other.arrived()) {
      unconfirmed.remove();
    }
    missing = arrived < other.sent();
    return other.missing() ? List.copyOf(unconfirmed) : List.of();
  }

  /** What to tell the other end now. */
  public Report report() {
    return new Report(sent, arrived, missing);
  }
}
