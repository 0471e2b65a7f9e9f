package io.sluice.scheduler;

import io.sluice.plan.StageSpec;
import io.sluice.task.TaskSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Inputs of a job's stages that its tasks leave out, because they fail on them. */
final class Poisoned {

  private final Map<Integer, List<TaskSpec.Poison>> byStage = new TreeMap<>();
  private TaskSpec.@Nullable Poison news;

  /** Notes what tasks of a stage leave out from now on; false if that is nothing more than before. */
  boolean add(int ordinal, TaskSpec.Poison poison) {
    List<TaskSpec.Poison> known = byStage.computeIfAbsent(ordinal, none -> new ArrayList<>());
    Set<String> more = new HashSet<>(poison.inputs());
    known.forEach(before -> more.removeAll(before.inputs()));
    if (more.isEmpty()) {
      return false;
    }
    news = new TaskSpec.Poison(poison.directory(), poison.reason(), Set.copyOf(more));
    known.add(news);
    return true;
  }

  /** What was noted last; told once. */
  Optional<TaskSpec.Poison> takeNews() {
    Optional<TaskSpec.Poison> told = Optional.ofNullable(news);
    news = null;
    return told;
  }

  /** The task without what it must leave out. */
  TaskSpec without(TaskSpec task, StageSpec.Leaf leaf) {
    if (!byStage.containsKey(task.ordinal())) {
      return task;
    }
    Set<String> inputs = new HashSet<>(task.inputNames(leaf));
    String directory = "";
    String reason = "";
    Set<String> left = new HashSet<>();
    for (TaskSpec.Poison poison : byStage.getOrDefault(task.ordinal(), List.of())) {
      for (String input : poison.inputs()) {
        if (inputs.contains(input)) {
          left.add(input);
          directory = poison.directory();
          reason = poison.reason();
        }
      }
    }
    return left.isEmpty()
        ? task
        : task.without(new TaskSpec.Poison(directory, reason, Set.copyOf(left)));
  }
}
