package io.sluice.simulation;

import io.sluice.receiver.ReceiverThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** The threads and the clock of the receivers of a node. */
final class VirtualThreads implements ReceiverThreads {

  private final World world;
  private final SimulatedNode node;
  private final Functions functions;

  VirtualThreads(World world, SimulatedNode node, Functions functions) {
    this.world = world;
    this.node = node;
    this.functions = functions;
  }

  /** Where a receiver of the node can store records and wait. */
  Functions functions() {
    return functions;
  }

  @Override
  public ScheduledExecutorService thread(String name) {
    return new VirtualThread(world, node);
  }

  @Override
  public long nanoTime() {
    return world.nowMicros() * 1_000;
  }

  @Override
  public void await(CompletableFuture<?> awaited) throws InterruptedException {
    functions.await(awaited);
  }
}
