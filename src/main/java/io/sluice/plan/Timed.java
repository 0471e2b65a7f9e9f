package io.sluice.plan;

/**
 * A record on its way to a window of event time.
 *
 * @param millis when it happened
 */
public record Timed(long millis, Object value) {}
