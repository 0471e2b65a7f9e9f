package io.sluice.scheduler;

import io.sluice.api.BatchSettings;
import io.sluice.api.ReceiverSettings;
import io.sluice.api.Ticker;
import io.sluice.block.DataNode;
import io.sluice.plan.Program;
import io.sluice.task.TaskWorker;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Everything a context's actor is started with.
 *
 * @param id tells this run of the context from all others
 * @param outputs what to do with the program's outputs, by their id
 * @param receivers one for each receiver stream
 * @param partitions of keyed data
 * @param version of Sluice, which workers must share
 * @param proof that a worker must give of knowing the cluster's token
 * @param watched whether workers are on other nodes and may fall silent
 */
public record ContextSetup(
    long id,
    String name,
    long epoch,
    Program program,
    Map<Integer, BatchFunction> outputs,
    List<ReceiverSpec> receivers,
    int partitions,
    BatchSettings batch,
    ReceiverSettings receiver,
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
    Broadcasts broadcasts) {

  /** Runs on a driver thread in a batch. */
  @FunctionalInterface
  public interface BatchFunction {
    void run(long batchMillis) throws Exception;
  }

  /** A receiver as it travels. */
  public record ReceiverSpec(int stream, String name, String preferredHost, byte[] receiver) {}
}
