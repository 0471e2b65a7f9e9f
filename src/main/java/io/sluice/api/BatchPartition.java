package io.sluice.api;

import java.io.Serializable;
import java.time.Instant;

/**
 * One partition of a batch, as a task that writes it hears of it.
 *
 * <p>A task may run more than once, after a failure even at the same time on two nodes. Batch and partition are the
 * same in every run, so a sink that replaces what it has under {@code batchId} and {@code partition}, or refuses it,
 * takes each record once. Received data that no shuffle has divided may be divided otherwise after the loss of a
 * node; give a repartition or a keyed operation before the output if partitions must hold the same records.
 *
 * @param batchId as in {@link Batch#id}
 * @param time the batch time
 * @param partition from 0, without gaps
 * @param attempt 1 for the first; later ones are greater
 */
public record BatchPartition(long batchId, Instant time, int partition, int attempt)
    implements Serializable {}
