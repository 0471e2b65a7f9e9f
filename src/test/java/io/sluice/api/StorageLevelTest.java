package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StorageLevelTest {

  @ParameterizedTest
  @EnumSource
  void nameSaysWhatTheLevelDoes(StorageLevel level) {
    String name = level.name();

    assertThat(level.useMemory()).isEqualTo(name.contains("MEMORY"));
    assertThat(level.useDisk()).isEqualTo(name.contains("DISK"));
    assertThat(level.serialized()).isEqualTo(name.contains("SER") || !name.contains("MEMORY"));
    assertThat(level.replicas()).isEqualTo(name.endsWith("_2") ? 2 : 1);
  }
}
