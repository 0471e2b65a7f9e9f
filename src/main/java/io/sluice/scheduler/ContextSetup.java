package io.sluice.scheduler;

import io.sluice.api.BatchSettings;
import io.sluice.api.RateSettings;
import io.sluice.api.ReceiverSettings;
import io.sluice.api.Ticker;
import io.sluice.block.DataNode;
import io.sluice.task.TaskWorker;
import java.time.Duration;
import java.util.List;

/**
 * Everything a context's actor is started with.
 *
 * @param id tells this run of the context from all others
 * @param partitions of keyed data
 * @param version of Sluice, which workers must share
 * @param proof that a worker must give of knowing the cluster's token
 * @param watched whether workers are on other nodes and may fall silent
 */
public record ContextSetup(
    long id,
    String name,
    long epoch,
    long intervalMillis,
    int partitions,
    BatchSettings batch,
    ReceiverSettings receiver,
    RateSettings rate,
    int maxAttempts,
    Ticker ticker,
    DataNode node,
    List<TaskWorker.ProgramJar> jars,
    String version,
    String proof,
    boolean watched,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    int minWorkers,
    ListenerBus listeners,
    Counters counters,
    Broadcasts broadcasts) {}
