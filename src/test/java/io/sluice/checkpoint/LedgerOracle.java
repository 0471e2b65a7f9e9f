package io.sluice.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;

/**
 * Knows what every epoch found and what was acknowledged in it. What was acknowledged is the beginning of what any
 * later epoch finds: nothing is missing, nothing forks, and what an epoch is told after a newer one was opened is
 * acknowledged only if that one has found it.
 */
final class LedgerOracle {

  private final TreeMap<Long, List<Integer>> found = new TreeMap<>();
  private final TreeMap<Long, List<Integer>> safe = new TreeMap<>();

  void opened(long epoch, List<Integer> history) {
    assertThat(found.put(epoch, List.copyOf(history)))
        .as("epoch %s twice", epoch)
        .isNull();
    safe.headMap(epoch)
        .forEach((older, acknowledged) -> begins(epoch, history, older, acknowledged));
  }

  void acknowledged(long epoch, List<Integer> history) {
    found.tailMap(epoch, false).forEach((newer, opened) -> begins(newer, opened, epoch, history));
    safe.merge(epoch, history, (known, other) -> other.size() > known.size() ? other : known);
  }

  private static void begins(long newer, List<Integer> opened, long older, List<Integer> history) {
    boolean same =
        opened.size() >= history.size() && opened.subList(0, history.size()).equals(history);
    if (!same) {
      throw new AssertionError("Epoch " + newer + " found " + opened + " but in epoch " + older
          + " this was acknowledged: " + history);
    }
  }

  int epochs() {
    return found.size();
  }

  int acknowledged() {
    return safe.isEmpty() ? 0 : safe.lastEntry().getValue().size();
  }
}
