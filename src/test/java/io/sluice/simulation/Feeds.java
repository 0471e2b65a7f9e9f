package io.sluice.simulation;

import static java.util.Objects.requireNonNull;

import io.sluice.api.SluiceException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** What receivers are given to store, each number once unless it was not acknowledged and is given again. */
final class Feeds {

  /** How a receiver stores what it is given. */
  enum Way {
    /** Record by record; what was not counted when its node is lost is lost. */
    ONE_BY_ONE,
    /** In blocks; what is stored when the call returns must not be lost with one node. */
    IN_BLOCKS,
    /** In blocks with positions; another receiver is given again what follows the last position. */
    WITH_POSITIONS
  }

  /** The numbers of a lane begin here, times its number and one. */
  static final int LANE = 1_000_000;

  private record Feed(SimulatedNode node, Set<Integer> taken) {}

  private final World world;
  private final Random random;
  private final Oracle oracle;
  private final Map<NumberedSource, Feed> feeds = new LinkedHashMap<>();
  private final Set<Integer> ended = new HashSet<>();
  private boolean calm = true;
  private boolean stopping;
  private int numbers;

  Feeds(World world, Oracle oracle) {
    this.world = world;
    this.random = world.random();
    this.oracle = oracle;
  }

  /** From now on a receiver may end though it was not asked to. */
  void disturbed() {
    calm = false;
  }

  /** Gives nothing more; what receivers have taken until now must be processed. */
  Set<Integer> stop() {
    stopping = true;
    Set<Integer> complete = new HashSet<>(ended);
    feeds.values().forEach(feed -> complete.addAll(feed.taken));
    return complete;
  }

  void started(NumberedSource source) {
    if (stopping) {
      return;
    }
    SimulatedNode node = requireNonNull(world.here());
    Feed feed = new Feed(node, new LinkedHashSet<>());
    feeds.put(source, feed);
    if (source.way() == Way.ONE_BY_ONE) {
      give(source, feed);
    } else {
      Functions functions = World.cluster().functions(node);
      functions.run(() -> giveBlocks(source, feed, functions));
    }
  }

  void stopped(NumberedSource source) {
    Feed feed = feeds.remove(source);
    if (feed != null && calm) {
      ended.addAll(feed.taken);
    }
  }

  void killed(SimulatedNode node) {
    disturbed();
    feeds.values().removeIf(feed -> feed.node == node);
  }

  boolean isFed(SimulatedNode node) {
    return feeds.values().stream().anyMatch(feed -> feed.node == node);
  }

  private void give(NumberedSource source, Feed feed) {
    world.after((2 + random.nextInt(40)) * SimulatedCluster.MILLI, feed.node, "store", () -> {
      if (feeds.containsKey(source) && !stopping) {
        world.before(feed.node, "store");
        feed.taken.add(++numbers);
        source.store(numbers);
        world.after(feed.node, "store");
        give(source, feed);
      }
    });
  }

  private void giveBlocks(NumberedSource source, Feed feed, Functions functions) {
    try {
      long position = source.position().orElse(0);
      while (pause(functions) && feeds.containsKey(source) && !stopping) {
        List<Integer> block = next(source, (int) position);
        world.before(feed.node, "store");
        if (source.way() == Way.WITH_POSITIONS) {
          position += block.size();
          source.store(block, position);
        } else {
          source.store(block);
        }
        if (!feed.node.isDead()) {
          world.after(feed.node, "store");
          feed.taken.addAll(block);
          oracle.acknowledged(block);
        }
      }
    } catch (SluiceException refused) {
      source.restart("A block was not stored", refused);
    }
  }

  private List<Integer> next(NumberedSource source, int position) {
    int size = 1 + random.nextInt(4);
    int first =
        source.way() == Way.WITH_POSITIONS ? LANE * (source.lane() + 1) + position : numbers + 1;
    numbers += size;
    return IntStream.range(first, first + size).boxed().toList();
  }

  /** Waits a little; false if the node has ended. */
  private boolean pause(Functions functions) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    SimulatedNode node = requireNonNull(world.here());
    world.after(
        (5 + random.nextInt(60)) * SimulatedCluster.MILLI, node, "more", () -> over.complete(null));
    try {
      functions.await(over);
      return true;
    } catch (InterruptedException end) {
      return false;
    }
  }
}
