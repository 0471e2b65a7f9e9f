package io.sluice.scheduler;

import io.sluice.batch.BlockRef;
import io.sluice.receiver.ReceiverSupervisor.BlockStored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Blocks that were counted, until it is decided: those that come while a decision is made are decided together. */
final class BlockCounts {

  /** Blocks that one decision makes safe, and what was said of them. */
  record Group(Decision.Counted decision, List<BlockStored> stored) {}

  private final List<BlockStored> waiting = new ArrayList<>();
  private final List<BlockRef> blocks = new ArrayList<>();
  private final Map<Integer, Long> positions = new HashMap<>();
  private boolean underWay;

  /** A block was counted. */
  void add(BlockStored stored) {
    waiting.add(stored);
    blocks.add(stored.block());
    if (stored.hasPosition()) {
      positions.put(stored.stream(), stored.position());
    }
  }

  /** A block was reported again; the decision about it may still be under way. */
  void addKnown(BlockStored stored) {
    waiting.add(stored);
  }

  /** What is to be decided now; nothing while a decision is under way, or if there is nothing. */
  Optional<Group> next() {
    if (underWay || waiting.isEmpty()) {
      return Optional.empty();
    }
    underWay = true;
    Group group = new Group(
        new Decision.Counted(List.copyOf(blocks), new HashMap<>(positions)), List.copyOf(waiting));
    waiting.clear();
    blocks.clear();
    positions.clear();
    return Optional.of(group);
  }

  /** The decision is safe. */
  void decided() {
    underWay = false;
  }
}
