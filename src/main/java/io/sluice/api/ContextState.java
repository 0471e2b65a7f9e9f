package io.sluice.api;

/**
 * The life of a context.
 *
 * <pre>
 * INITIALIZED --start()--&gt; ACTIVE --stop() or failure--&gt; STOPPED
 *      '---------------------stop()-----------------------^
 * </pre>
 */
public enum ContextState {
  /** The program is being written; nothing runs. */
  INITIALIZED,
  /** Batches run; the program can no longer be changed. */
  ACTIVE,
  /** Ended for good. */
  STOPPED
}
