package io.sluice;

import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import io.sluice.block.RecordCodec;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.scheduler.Broadcasts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The data of a program that its driver has, as it travels to the node of another driver. */
final class DriverData {

  /** A value that the driver has for all tasks. */
  record Shared(byte[] value, @Nullable Closure supplier, long refreshMillis, int version)
      implements Serializable {}

  private final long context;
  private final BlockStore store;
  private final RecordCodec codec;
  private final ClassLoader loader;
  private final Broadcasts broadcasts;

  DriverData(
      long context,
      BlockStore store,
      RecordCodec codec,
      ClassLoader loader,
      Broadcasts broadcasts) {
    this.context = context;
    this.store = store;
    this.codec = codec;
    this.loader = loader;
    this.broadcasts = broadcasts;
  }

  List<Shared> shared() {
    List<Shared> all = new ArrayList<>();
    for (Broadcasts.Shared value : broadcasts.all()) {
      List<Object> one = new ArrayList<>(1);
      one.add(value.value());
      Closure supplier =
          value.supplier() == null ? null : Closure.of(value.supplier(), "broadcast");
      all.add(new Shared(codec.encode(one), supplier, value.refreshMillis(), value.version()));
    }
    return all;
  }

  void put(Shared shared) {
    Closure supplier = shared.supplier();
    Callable<?> made = supplier == null ? null : (Callable<?>) supplier.load(loader);
    broadcasts.add(new Broadcasts.Shared(
        codec.decode(shared.value()).get(0), made, shared.refreshMillis(), shared.version()));
  }

  /** The records of a literal, encoded, by partition. */
  List<byte[]> literal(Node.Literal literal) {
    List<byte[]> partitions = new ArrayList<>();
    for (int i = 0; i < literal.partitions(); i++) {
      Block block = store.get(BlockId.literal(context, literal.id(), i));
      partitions.add(block == null ? new byte[0] : block.toBytes(codec));
    }
    return partitions;
  }

  void putLiteral(int node, List<byte[]> partitions) {
    for (int i = 0; i < partitions.size(); i++) {
      store.put(BlockId.literal(context, node, i), Block.fromBytes(partitions.get(i), 0));
    }
  }
}
