package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import io.sluice.api.Ticker;

/** Chooses the clock of a context. */
public final class Tickers {

  private static final String MANUAL = "akka.testkit.ExplicitlyTriggeredScheduler";

  private Tickers() {}

  /** The machine's clock, or that of Akka's scheduler where a test moves it by hand ({@code ManualTime}). */
  public static Ticker of(ActorSystem<?> system) {
    String scheduler = system.settings().config().getString("akka.scheduler.implementation");
    return scheduler.equals(MANUAL) ? new SchedulerTicker(system) : new SystemTicker();
  }
}
