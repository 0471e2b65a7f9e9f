package io.sluice.connector.kafka;

/** What becomes of a source whose next records the topic has deleted before they were read. */
public enum Overrun {
  /** The context ends with an error that says which records are gone. */
  FAIL,
  /** It goes on with the first record that is left; the records that are gone are counted, and a warning names them. */
  SKIP
}
