package io.sluice.plan;

import jdk.jfr.FlightRecorder;

/** Whether Flight Recorder is at work. A runtime image may be without it. */
public final class FlightRecording {

  private static final boolean PRESENT =
      ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecording() {}

  public static boolean isOn() {
    return PRESENT && FlightRecorder.isInitialized();
  }
}
