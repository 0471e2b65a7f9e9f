package io.sluice.simulation;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;

/** Is given numbers by the simulation, each once. */
final class NumberedSource extends Receiver<Integer> {

  private static final long serialVersionUID = 1L;

  NumberedSource() {
    super(StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  @Override
  public void onStart() {
    Simulation.current().sourceStarted(this);
  }

  @Override
  public void onStop() {
    Simulation.current().sourceStopped(this);
  }
}
