package io.sluice.simulation;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;

/** Is given numbers by the simulation. */
final class NumberedSource extends Receiver<Integer> {

  private static final long serialVersionUID = 1L;

  private final int lane;
  private final Feeds.Way way;

  /**
   * @param lane tells the sources of a program apart
   */
  NumberedSource(int lane, Feeds.Way way) {
    super(StorageLevel.MEMORY_AND_DISK_SER_2);
    this.lane = lane;
    this.way = way;
  }

  int lane() {
    return lane;
  }

  Feeds.Way way() {
    return way;
  }

  @Override
  public void onStart() {
    World.cluster().feeds().started(this);
  }

  @Override
  public void onStop() {
    World.cluster().feeds().stopped(this);
  }
}
