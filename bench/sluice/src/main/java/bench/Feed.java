package bench;

import io.sluice.DStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.StreamingListener;
import java.util.ArrayDeque;
import java.util.List;

/** Gives every batch the next lines, or keys, out of memory. */
final class Feed {

  private Feed() {}

  static DStream<String> of(StreamingContext context, String workload) {
    Batches batches = Batches.of(workload);
    context.addStreamingListener(new Ends(batches));
    return context.queueStream(new Pool(context, batches)).flatMap(Slice::iterator);
  }

  /** The next lines, in a partition for each slice. */
  private static final class Pool extends ArrayDeque<RDD<Slice>> {
    private final transient StreamingContext context;
    private final transient Batches batches;

    Pool(StreamingContext context, Batches batches) {
      this.context = context;
      this.batches = batches;
    }

    @Override
    public RDD<Slice> poll() {
      List<Slice> slices = batches.next();
      return context.parallelize(slices, slices.size());
    }
  }

  private record Ends(Batches batches) implements StreamingListener {
    @Override
    public void onBatchCompleted(BatchInfo batch) {
      batches.ended(
          batch.processingDelay().orElseThrow().toNanos() / 1e6, Sluice.INTERVAL_MILLIS);
    }
  }
}
