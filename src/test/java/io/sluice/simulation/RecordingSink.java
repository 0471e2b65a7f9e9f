package io.sluice.simulation;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import java.util.ArrayList;
import java.util.List;

/** Writes into the store outside of the simulated cluster. */
final class RecordingSink implements BatchSink<Integer> {

  private static final long serialVersionUID = 1L;

  @Override
  public BatchWriter<Integer> open(String pipeline, BatchPartition partition) {
    List<Integer> records = new ArrayList<>();
    return new BatchWriter<>() {
      @Override
      public void write(Integer record) {
        records.add(record);
      }

      @Override
      public String prepare() {
        return World.cluster().prepared(pipeline, partition, records);
      }
    };
  }

  @Override
  public void commit(String pipeline, Batch batch, List<String> prepared) {
    World.cluster().sinkCommits(pipeline, batch, prepared);
  }

  @Override
  public void abort(String pipeline, Batch batch, List<String> prepared) {
    if (!requireNonNull(World.current()).isOver()) {
      World.cluster().sinkAborts(batch, prepared);
    }
  }
}
