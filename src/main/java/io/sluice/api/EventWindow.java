package io.sluice.api;

import java.io.Serializable;
import java.time.Instant;

/**
 * A stretch of event time.
 *
 * @param start the first moment in it
 * @param end the first moment after it
 */
public record EventWindow(Instant start, Instant end) implements Serializable {}
