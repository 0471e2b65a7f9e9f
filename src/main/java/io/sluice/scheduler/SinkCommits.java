package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.SinkInfo;
import io.sluice.plan.Program;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commits of sinks. They are decided with their batch and carried out before the next one begins, again and again
 * until they succeed; a driver that takes over carries out those of the last batch again.
 */
final class SinkCommits {

  private static final Logger log = LoggerFactory.getLogger(SinkCommits.class);
  private static final Duration MIN_BACKOFF = Duration.ofMillis(100);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

  private final ContextSetup setup;
  private final DriverThreads threads;
  private final Supplier<Streaming> streaming;
  private final Map<String, Integer> failures = new HashMap<>();
  private List<Decision.Prepared> decided;
  private long batchMillis;
  private Runnable then = () -> {};

  /** @param recovered what the driver before has decided */
  SinkCommits(
      ContextSetup setup,
      DriverThreads threads,
      Recovered recovered,
      Supplier<Streaming> streaming) {
    this.setup = setup;
    this.threads = threads;
    this.streaming = streaming;
    this.decided = recovered.prepared();
    this.batchMillis = recovered.preparedMillis();
  }

  /** Takes note of what is about to be decided with a batch. */
  void decide(long batch, List<Decision.Prepared> prepared) {
    batchMillis = batch;
    decided = List.copyOf(prepared);
  }

  /** What was decided with the last batch. */
  List<Decision.Prepared> decided() {
    return decided;
  }

  /** The batch of {@link #decided}. */
  long decidedMillis() {
    return batchMillis;
  }

  boolean isIdle() {
    return failures.isEmpty();
  }

  /** The decision is safe: carries it out, then goes on. */
  void carryOut(Runnable afterwards) {
    then = afterwards;
    decided.forEach(prepared -> failures.put(prepared.output(), 0));
    decided.forEach(this::begin);
    if (decided.isEmpty()) {
      afterwards.run();
    }
  }

  /**
   * As {@link #carryOut}, of what the last run of the program has decided: nobody knows whether it was carried out. An output
   * that the program does not have any more is left as it is.
   */
  void carryOutAgain(Recovered past, Runnable afterwards) {
    batchMillis = past.preparedMillis();
    List<String> outputs =
        streaming.get().program().outputs().stream().map(Program.Output::name).toList();
    for (Decision.Prepared prepared : past.prepared()) {
      if (!outputs.contains(prepared.output())) {
        log.warn(
            "Output [{}] is not in the program any more: what batch [{}] has prepared for it is made visible only if that was done before",
            prepared.output(),
            Instant.ofEpochMilli(batchMillis));
      }
    }
    decided = past.prepared().stream()
        .filter(prepared -> outputs.contains(prepared.output()))
        .toList();
    carryOut(afterwards);
  }

  private void begin(Decision.Prepared prepared) {
    threads.commit(sink(prepared.output()), prepared, batchMillis);
  }

  /** Tries one again that has failed. */
  void again(ContextCommand.CommitAgain message) {
    if (message.batchMillis() == batchMillis && failures.containsKey(message.output())) {
      decided.stream()
          .filter(prepared -> prepared.output().equals(message.output()))
          .forEach(this::begin);
    }
  }

  void succeeded(ContextCommand.SinkCommitted message) {
    if (message.batchMillis() == batchMillis
        && failures.remove(message.output()) != null
        && failures.isEmpty()) {
      then.run();
    }
  }

  /** Gives how long to wait before it is tried again. */
  Duration failed(ContextCommand.SinkFailed message) {
    int count = failures.merge(message.output(), 1, Integer::sum);
    Duration pause = backoff(count);
    String reason = String.valueOf(message.failure());
    Instant batch = Instant.ofEpochMilli(message.batchMillis());
    log.warn(
        "Output [{}] cannot commit batch [{}], failure [{}], next attempt in [{}] ms: {}",
        message.output(),
        batch,
        count,
        pause.toMillis(),
        reason);
    setup
        .listeners()
        .post(new StreamingEvent.SinkCommitFailed(
            new SinkInfo(batch, message.output(), count, pause, reason)));
    return pause;
  }

  /** Throws away what outputs have prepared for a batch that is given up. */
  void abort(long batch, List<Decision.Prepared> prepared) {
    prepared.forEach(one -> threads.abort(sink(one.output()), one, batch));
  }

  static Duration backoff(int failures) {
    Duration doubled = MIN_BACKOFF.multipliedBy(1L << Math.min(failures - 1, 20));
    return doubled.compareTo(MAX_BACKOFF) < 0 ? doubled : MAX_BACKOFF;
  }

  private StreamProgram.TwoStep sink(String output) {
    return streaming.get().program().outputs().stream()
        .filter(known -> known.name().equals(output))
        .map(known -> streaming.get().streams().outputs().get(known.id()))
        .filter(StreamProgram.TwoStep.class::isInstance)
        .map(StreamProgram.TwoStep.class::cast)
        .findFirst()
        .orElseThrow(() -> new SluiceException(
            ErrorCode.PLAN_INVALID,
            "Batch %s is committed, but output '%s' has not made it visible yet and is not in the program. Start the program with this output once, or remove it from the checkpoint by starting from an empty one."
                .formatted(Instant.ofEpochMilli(batchMillis), output)));
  }
}
