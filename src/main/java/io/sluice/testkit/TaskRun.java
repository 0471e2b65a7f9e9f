package io.sluice.testkit;

import java.time.Instant;
import java.util.Optional;

/**
 * A task that is about to run.
 *
 * @param number how many tasks of the test began before it, and itself: 1 for the first
 * @param node where it runs
 * @param batchTime empty for an action outside batches
 * @param stage from 0; every job of a batch, and every action in an output, counts its own
 * @param partition from 0
 * @param attempt 1 for the first
 */
public record TaskRun(
    long number, String node, Optional<Instant> batchTime, int stage, int partition, int attempt) {}
