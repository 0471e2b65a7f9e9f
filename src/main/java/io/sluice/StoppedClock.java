package io.sluice;

import io.sluice.api.Ticker;
import java.time.Duration;
import java.time.Instant;

/** Always shows the same time, so that no batch falls due. */
record StoppedClock(Instant now) implements Ticker {

  @Override
  public void start(Instant first, Duration interval, Runnable wake) {}

  @Override
  public void close() {}
}
