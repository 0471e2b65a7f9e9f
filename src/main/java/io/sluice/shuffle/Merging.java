package io.sluice.shuffle;

import org.jspecify.annotations.Nullable;

/** Merges the parts of one partition. A part that is alone and combined already is the result as it stands. */
final class Merging {

  private static final Part EMPTY = new Part(0, true, new Object[0], new Object[0], 0);

  private final Combiner combiner;
  private @Nullable Part alone;
  private @Nullable AggregateTable table;

  Merging(Combiner combiner) {
    this.combiner = combiner;
  }

  void add(Part part) {
    if (alone == null && table == null && part.combined()) {
      alone = part;
      return;
    }
    AggregateTable into = table();
    for (int i = 0; i < part.size(); i++) {
      if (part.combined()) {
        into.join(part.keys()[i], part.values()[i]);
      } else {
        into.add(part.keys()[i], part.values()[i], part.input());
      }
    }
  }

  Part result() {
    if (alone != null) {
      return alone;
    }
    return table != null ? table.toPart(0) : EMPTY;
  }

  private AggregateTable table() {
    AggregateTable made = table;
    if (made == null) {
      made = new AggregateTable(combiner);
      table = made;
      Part first = alone;
      alone = null;
      if (first != null) {
        add(first);
      }
    }
    return made;
  }
}
