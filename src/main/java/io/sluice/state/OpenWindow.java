package io.sluice.state;

/**
 * A window of event time that is not over.
 *
 * @param value what its records have been combined to
 */
public record OpenWindow(long start, long end, Object value) {

  boolean overlaps(OpenWindow other) {
    return start < other.end && other.start < end;
  }
}
