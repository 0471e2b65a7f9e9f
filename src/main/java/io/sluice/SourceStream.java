package io.sluice;

import io.sluice.api.BatchSource;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.TaskScope;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stream of a source that the driver plans and tasks read. */
final class SourceStream<T> implements Node.Planned {

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(SourceStream.class);
  private static final int MAX_PARTITIONS = 10_000;

  private final StreamingContext context;
  private final BatchSource<T> source;
  private final Closure reader;
  private final int stream;
  private final Map<String, String> begin;
  private transient volatile @Nullable SourcePlanner planner;

  private SourceStream(
      StreamingContext context,
      BatchSource<T> source,
      Closure reader,
      int stream,
      SourcePlanner planner)
      throws Exception {
    this.context = context;
    this.source = source;
    this.reader = reader;
    this.stream = stream;
    this.planner = planner;
    this.begin = Map.copyOf(planner.begin());
  }

  /**
   * A source that begins now.
   *
   * @param operation what made the stream, as in error messages
   * @param function what the program has given, as in error messages
   * @throws Exception what the source throws that cannot begin
   */
  static <T> SourceStream<T> of(
      StreamingContext context,
      String operation,
      BatchSource<T> source,
      Object function,
      int stream)
      throws Exception {
    FlatMapFunction<String, T> records = split -> closedWithTask(source.read(split));
    Closure reader = Closure.of(function, records, operation);
    SourcePlanner planner = source.planner();
    try {
      return new SourceStream<>(context, source, reader, stream, planner);
    } catch (Exception refused) {
      planner.close();
      throw refused;
    }
  }

  private static <T> Iterator<T> closedWithTask(Iterator<T> records) {
    TaskScope task = TaskScope.current();
    if (records instanceof AutoCloseable open && task != null) {
      task.closeAtEnd(open);
    }
    return records;
  }

  @Override
  public int stream() {
    return stream;
  }

  @Override
  public Map<String, String> begin() {
    return begin;
  }

  @Override
  public synchronized SourcePlan plan(SourcePlanner.Request request) throws Exception {
    SourcePlanner opened = planner;
    if (opened == null) {
      opened = source.planner();
      planner = opened;
    }
    return opened.plan(request);
  }

  @Override
  public synchronized OptionalLong waiting() {
    SourcePlanner opened = planner;
    return opened == null ? OptionalLong.empty() : opened.waiting();
  }

  @Override
  public synchronized void committed(long batchMillis, SourcePlan plan) throws Exception {
    SourcePlanner opened = planner;
    if (opened != null) {
      opened.committed(Instant.ofEpochMilli(batchMillis), plan);
    }
  }

  @Override
  public Node generate(long batchMillis, SourcePlan plan) {
    List<String> splits = plan.splits();
    if (splits.isEmpty()) {
      return context.emptyRDD().node();
    }
    RDD<String> spread = context.parallelize(splits, Math.min(splits.size(), MAX_PARTITIONS));
    return spread.narrow(new Operator.FlatMap(reader), false);
  }

  /** The planner is not used again, but closed when it has made the plan that it may be making: nobody needs to wait for that. */
  @Override
  public void close() {
    SourcePlanner opened = planner;
    if (opened != null) {
      planner = null;
      Thread closing = new Thread(() -> close(opened), "sluice-source-close");
      closing.setDaemon(true);
      closing.start();
    }
  }

  private synchronized void close(SourcePlanner opened) {
    try {
      opened.close();
    } catch (Exception failure) {
      log.warn("The planner of source [{}] cannot be closed", source, failure);
    }
  }
}
