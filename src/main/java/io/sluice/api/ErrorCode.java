package io.sluice.api;

/** What kind of thing went wrong, so that programs and alerts can tell failures apart without reading the text. */
public enum ErrorCode {
  /** A user function captures something that cannot be serialized. */
  FUNCTION_NOT_SERIALIZABLE(Category.USER),
  /** The plan cannot be run as it stands. */
  PLAN_INVALID(Category.USER),
  /** A user function threw, on every attempt. */
  TASK_FAILED(Category.USER),
  /** An output operation or a {@code transform} threw on the driver. */
  DRIVER_FUNCTION_FAILED(Category.USER),
  /** A record's class may not be, or cannot be, encoded or decoded. */
  RECORD_NOT_SERIALIZABLE(Category.USER),
  /** A setting is missing or out of range. */
  SETTING_INVALID(Category.USER),
  /** Another context of the same name runs in the cluster. */
  CONTEXT_NAME_TAKEN(Category.USER),
  /** No copy of a block is left. */
  BLOCK_LOST(Category.FATAL),
  /** A dataset of a batch that is over was not kept. */
  DATASET_FORGOTTEN(Category.USER),
  /** No worker is there to run tasks. */
  NO_WORKERS(Category.TRANSIENT),
  /** The cluster could not be joined. */
  CLUSTER_UNREACHABLE(Category.TRANSIENT),
  /** Another node could not be reached; it may have ended. */
  NODE_UNREACHABLE(Category.TRANSIENT),
  /** A port could not be opened. */
  PORT_UNAVAILABLE(Category.TRANSIENT),
  /** A peer did not present the cluster's token. */
  ACCESS_DENIED(Category.USER),
  /** Memory or disk for blocks is exhausted. */
  STORAGE_FULL(Category.TRANSIENT),
  /** What was to be read changed faster than it could be read. */
  STATE_CHANGING(Category.TRANSIENT),
  /** A sink could not take, prepare or commit a batch. */
  SINK_FAILED(Category.TRANSIENT),
  /** A checkpoint cannot be written or read, or is damaged. */
  CHECKPOINT_FAILED(Category.TRANSIENT),
  /** Another driver of the context has opened a newer epoch. */
  EPOCH_SEALED(Category.FATAL),
  /** The context was stopped while something waited for it. */
  CONTEXT_STOPPED(Category.USER),
  /** A defect in Sluice. */
  INTERNAL(Category.FATAL);

  /** Who can do something about it. */
  public enum Category {
    /** The program or its configuration must change. */
    USER,
    /** Trying again later can help. */
    TRANSIENT,
    /** Trying again cannot help. */
    FATAL
  }

  private final Category category;

  ErrorCode(Category category) {
    this.category = category;
  }

  public Category category() {
    return category;
  }
}
