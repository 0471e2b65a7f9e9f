package io.sluice.batch;

import java.util.ArrayList;
import java.util.List;

/** A block and the data addresses of the nodes that hold it, the first copy first. */
public record BlockRef(BlockId id, long records, long sizeBytes, List<String> holders) {

  public BlockRef {
    holders = List.copyOf(holders);
  }

  /** The block with one more holder. */
  BlockRef alsoOn(String address) {
    List<String> more = new ArrayList<>(holders);
    more.add(address);
    return new BlockRef(id, records, sizeBytes, more);
  }
}
