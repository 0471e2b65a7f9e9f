package io.sluice.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which blocks each file of a block log has that are still needed. */
public final class LoggedBlocks {

  /** A block, by the name of its stream and its number. */
  public record Key(String stream, long sequence) {}

  private final Map<String, Set<Key>> files = new HashMap<>();
  private final Map<Key, String> fileOf = new HashMap<>();

  /** A file has a block. */
  public void add(String file, Key block) {
    files.computeIfAbsent(file, unknown -> new HashSet<>()).add(block);
    fileOf.put(block, file);
  }

  /**
   * Blocks are not needed any more; those that are in no file change nothing.
   *
   * @return the files that nobody needs now
   */
  public List<String> release(Collection<Key> blocks) {
    List<String> empty = new ArrayList<>();
    for (Key block : blocks) {
      String file = fileOf.remove(block);
      Set<Key> left = file == null ? null : files.get(file);
      if (file != null && left != null) {
        left.remove(block);
        if (left.isEmpty()) {
          files.remove(file);
          empty.add(file);
        }
      }
    }
    return empty;
  }
}
