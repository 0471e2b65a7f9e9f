package io.sluice;

import io.sluice.api.Batch;
import io.sluice.api.BatchSink;
import io.sluice.scheduler.StreamProgram;
import java.time.Instant;
import java.util.List;

/** The output of a stream into a sink that commits. */
final class SavedBatches<T, R extends RDD<T>> implements StreamProgram.TwoStep {

  private static final long serialVersionUID = 1L;

  private final DStreamLike<T, ?, R> stream;
  private final String name;
  private final BatchSink<? super T> sink;

  SavedBatches(DStreamLike<T, ?, R> stream, String name, BatchSink<? super T> sink) {
    this.stream = stream;
    this.name = name;
    this.sink = sink;
  }

  @Override
  public List<String> prepare(long batchMillis) {
    return stream.atBatch(batchMillis).prepareInto(sink, pipeline(), batch(batchMillis));
  }

  @Override
  public void commit(long batchMillis, List<String> prepared) throws Exception {
    sink.commit(pipeline(), batch(batchMillis), prepared);
  }

  @Override
  public void abort(long batchMillis, List<String> prepared) throws Exception {
    sink.abort(pipeline(), batch(batchMillis), prepared);
  }

  private String pipeline() {
    return stream.pipeline(name);
  }

  private Batch batch(long batchMillis) {
    return stream.batch(Instant.ofEpochMilli(batchMillis));
  }
}
