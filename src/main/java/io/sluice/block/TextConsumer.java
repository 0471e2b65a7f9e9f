package io.sluice.block;

import java.util.function.Consumer;

/**
 * Takes records of which some are text, as the bytes in which it came (UTF-8). Who can do without Strings takes bytes; all
 * others are given records.
 */
public interface TextConsumer extends Consumer<Object> {

  /** Takes one record: the bytes of a range, which are valid during the call only. */
  default void acceptText(byte[] bytes, int from, int to) {
    accept(Lines.text(bytes, from, to));
  }

  /** Takes a record for each line of a range; the last may lack its line feed. */
  default void acceptLines(byte[] bytes, int from, int to) {
    Lines.split(bytes, from, to, this);
  }
}
