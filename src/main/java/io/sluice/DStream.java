package io.sluice;

import io.sluice.plan.Node;

/** A stream of records. */
public sealed class DStream<T> extends DStreamLike<T, DStream<T>, RDD<T>>
    permits MapWithStateDStream, TextDStream {

  DStream(StreamingContext context, Node node, long slideMillis) {
    super(context, node, slideMillis);
  }

  @Override
  final DStream<T> same(Node node, long slideMillis) {
    return new DStream<>(context(), node, slideMillis);
  }

  @Override
  final RDD<T> rdd(Node node, long batchMillis) {
    return new RDD<>(context(), node, batchMillis);
  }
}
