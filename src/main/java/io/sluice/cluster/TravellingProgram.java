package io.sluice.cluster;

import java.io.Serializable;

/** A program of streams in the form in which it waits on other nodes, for the case that its driver is lost. */
public interface TravellingProgram extends Serializable {

  /** Starts a driver on this node that goes on with the program. */
  void goOn(Succession succession);
}
