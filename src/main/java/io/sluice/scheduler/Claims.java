package io.sluice.scheduler;

import io.sluice.api.CheckpointReport.Fate;
import io.sluice.api.CheckpointReport.Kind;
import io.sluice.api.CheckpointReport.Operator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a program takes of what the one before has kept, by the names of operators. */
final class Claims {

  static final String DROP = "sluice.checkpoint.drop-unclaimed";

  private final Decision.Names before;
  private final Decision.Names now;
  private final boolean dropUnclaimed;
  private final List<Operator> operators = new ArrayList<>();

  private Claims(Decision.Names before, Decision.Names now, boolean dropUnclaimed) {
    this.before = before;
    this.now = now;
    this.dropUnclaimed = dropUnclaimed;
  }

  /**
   * What becomes of everything, state first.
   *
   * @param dropUnclaimed whether state that no operator takes is forgotten rather than refused
   */
  static List<Operator> of(Decision.Names before, Decision.Names now, boolean dropUnclaimed) {
    Claims claims = new Claims(before, now, dropUnclaimed);
    claims.states();
    claims.others(
        Kind.PAST,
        without(before.operators().values(), before.states().keySet()),
        without(now.operators().values(), now.states().keySet()));
    claims.others(
        Kind.RECEIVED,
        new TreeSet<>(before.streams().values()),
        new TreeSet<>(now.streams().values()));
    claims.others(
        Kind.SOURCE,
        new TreeSet<>(before.sources().values()),
        new TreeSet<>(now.sources().values()));
    return claims.operators;
  }

  private static Set<String> without(Collection<String> names, Set<String> states) {
    Set<String> rest = new TreeSet<>(names);
    rest.removeAll(states);
    return rest;
  }

  private void states() {
    for (String name : both(before.states().keySet(), now.states().keySet())) {
      Integer kept = before.states().get(name);
      Integer wanted = now.states().get(name);
      if (kept == null) {
        add(Kind.STATE, name, Fate.EMPTY, "The checkpoint has nothing under this name.");
      } else if (wanted == null) {
        unclaimed(name);
      } else if (!wanted.equals(kept)) {
        add(Kind.STATE, name, Fate.REFUSED, otherPartitions(name, kept, wanted));
      } else {
        add(Kind.STATE, name, Fate.KEPT, "All of its " + kept + " partitions.");
      }
    }
  }

  private void unclaimed(String name) {
    if (dropUnclaimed) {
      add(
          Kind.STATE,
          name,
          Fate.DROPPED,
          "No operator of the program takes it, and " + DROP + " is on.");
      return;
    }
    add(
        Kind.STATE,
        name,
        Fate.REFUSED,
        "State of operator '%s' is in the checkpoint, but the program has no such operator, only %s. Give the operator that shall have it this name with named(\"%s\"), set %s = true to forget it, or choose another checkpoint directory to begin without a past."
            .formatted(name, new TreeSet<>(now.states().keySet()), name, DROP));
  }

  private static String otherPartitions(String name, int kept, int wanted) {
    return "State of operator '%s' is in the checkpoint in %d partitions, but the program asks for %d. Ask for %d, or give the operator another name with named(...) and set %s = true to begin without it."
        .formatted(name, kept, wanted, kept, DROP);
  }

  private void others(Kind kind, Set<String> kept, Set<String> wanted) {
    for (String name : both(kept, wanted)) {
      if (!kept.contains(name)) {
        add(kind, name, Fate.EMPTY, "The checkpoint has nothing under this name.");
      } else if (!wanted.contains(name)) {
        add(kind, name, Fate.DROPPED, "Nothing of this name in the program takes it.");
      } else {
        add(kind, name, Fate.KEPT, "All that is there.");
      }
    }
  }

  private static Set<String> both(Set<String> kept, Set<String> wanted) {
    Set<String> all = new TreeSet<>(kept);
    all.addAll(wanted);
    return all;
  }

  private void add(Kind kind, String name, Fate fate, String reason) {
    operators.add(new Operator(kind, name, fate, reason));
  }
}
