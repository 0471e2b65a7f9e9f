package io.sluice.api;

import com.typesafe.config.Config;
import java.nio.file.Path;

/** How much a node stores and where: {@code sluice.block}. */
public record BlockSettings(long memoryBytes, long diskBytes, Path directory) {

  public BlockSettings {
    if (memoryBytes < 0) {
      throw new IllegalArgumentException(
          "sluice.block.memory must not be negative, got " + memoryBytes + " bytes.");
    }
    if (diskBytes < 0) {
      throw new IllegalArgumentException(
          "sluice.block.disk must not be negative, got " + diskBytes + " bytes.");
    }
    if (memoryBytes == 0) {
      memoryBytes = (long) (Runtime.getRuntime().maxMemory() * 0.4);
    }
  }

  public static BlockSettings from(Config block) {
    return new BlockSettings(
        block.getBytes("memory"), block.getBytes("disk"), Path.of(block.getString("directory")));
  }
}
