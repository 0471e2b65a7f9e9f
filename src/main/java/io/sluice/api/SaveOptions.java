package io.sluice.api;

import static java.util.Objects.requireNonNull;

/**
 * What can be chosen when batches are saved. Never changes; every choice gives other options.
 *
 * @param suffix what the directory's name ends with, behind a dot; empty for none
 * @param skipsEmptyBatches whether a batch without records writes nothing, instead of a directory without records
 */
public record SaveOptions(String suffix, boolean skipsEmptyBatches) {

  public SaveOptions {
    requireNonNull(suffix, "The suffix is null; it must be a text, empty for none.");
  }

  /** The usual choices: no suffix, and a directory for every batch. */
  public static SaveOptions usual() {
    return new SaveOptions("", false);
  }

  /** The same, with directories that end with a dot and the suffix. */
  public SaveOptions suffix(String ending) {
    return new SaveOptions(ending, skipsEmptyBatches);
  }

  /** The same, writing nothing for a batch without records. */
  public SaveOptions skipEmptyBatches() {
    return new SaveOptions(suffix, true);
  }
}
