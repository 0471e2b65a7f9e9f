package io.sluice.api;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a batch has of a {@link BatchSource}. It is part of the driver's decisions: a batch that is run again has the same,
 * under whatever driver.
 *
 * @param splits what tasks are to read, a task for each, in texts that {@link BatchSource#read} understands
 * @param marks what the source has to know when it plans later batches, by name, for example how far each part of it was
 *     read. A mark replaces the one of that name; an empty text removes it, and those that are not named stay
 * @param records how many records the splits have, as well as the source can tell; 0 if it cannot. Listeners hear it, and rates
 *     are made of it
 */
public record SourcePlan(List<String> splits, Map<String, String> marks, long records)
    implements Serializable {

  /** Nothing to read, and nothing new to know. */
  public static final SourcePlan NOTHING = new SourcePlan(List.of(), Map.of(), 0);

  public SourcePlan {
    splits = List.copyOf(splits);
    marks = Map.copyOf(marks);
    if (records < 0) {
      throw new IllegalArgumentException(
          "A plan has " + records + " records; give 0 if their number is not known.");
    }
  }
}
