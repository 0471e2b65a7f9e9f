package io.sluice.simulation;

import java.util.ArrayList;
import java.util.List;

/** A process: what belongs to it happens only while it lives and is not paused. */
final class SimulatedNode {

  private final String name;
  private final List<Runnable> frozen = new ArrayList<>();
  private boolean dead;
  private long pausedUntil;

  SimulatedNode(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  boolean isDead() {
    return dead;
  }

  /** From now on nothing happens here, and nobody is told. */
  void kill() {
    dead = true;
  }

  void pauseUntil(long micros) {
    pausedUntil = Math.max(pausedUntil, micros);
  }

  long pausedUntil() {
    return pausedUntil;
  }

  /** What would have happened here. */
  List<Runnable> frozen() {
    return frozen;
  }

  @Override
  public String toString() {
    return name;
  }
}
