package io.sluice.api;

import com.typesafe.config.Config;

/** How much of what shuffles bring a node holds in memory: {@code sluice.shuffle}. */
public record ShuffleSettings(long memoryBytes) {

  public ShuffleSettings {
    if (memoryBytes < 0) {
      throw new IllegalArgumentException(
          "sluice.shuffle.memory must not be negative, got " + memoryBytes + " bytes.");
    }
    if (memoryBytes == 0) {
      memoryBytes = (long) (Runtime.getRuntime().maxMemory() * 0.2);
    }
  }

  public static ShuffleSettings from(Config shuffle) {
    return new ShuffleSettings(shuffle.getBytes("memory"));
  }
}
