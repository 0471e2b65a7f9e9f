package bench;

/** W7: a topic that has been filled beforehand, which is read from its beginning to its end. */
public final class Topic {

  public static final String SERVERS = "127.0.0.1:" + Integer.getInteger("port", 19999);
  public static final String NAME = "lines";
  public static final int PARTITIONS = 2;

  /** Lines in all partitions together. */
  public static final long LINES = Long.getLong("backlog", 24_000_000);

  /** Lines a second of a partition, for engines that plan batches: more than any can take, so that none waits for its interval. */
  public static final long MAX_RATE = 2_000_000;

  private Topic() {}
}
