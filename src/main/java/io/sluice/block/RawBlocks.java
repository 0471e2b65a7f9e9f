package io.sluice.block;

/**
 * How encoded records travel on a raw socket: block after block, each led by the number of its bytes and the number of its
 * records, both as four bytes with the highest first; its bytes are those of {@link RecordCodec#encode(java.util.List)}.
 */
public final class RawBlocks {

  /** The longest block that is taken. */
  public static final int MAX_BYTES = 64 << 20;

  private RawBlocks() {}
}
