package io.sluice.api;

import java.io.Serializable;
import java.time.Instant;

/**
 * A batch of a stream, as an output hears of it.
 *
 * @param id which batch it is: the number of slides of the stream between 1970-01-01T00:00:00Z and its time. Ids of
 *     a stream follow each other without gaps, and a batch has the same id however often it is tried
 * @param time the batch time
 */
public record Batch(long id, Instant time) implements Serializable {}
