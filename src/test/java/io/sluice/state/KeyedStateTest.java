package io.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyedStateTest {

  private final KeyedState<Integer> state = new KeyedState<>();

  @Test
  void changesAreSeenBeforeTheyAreCommitted() {
    state.put("a", 1);

    assertThat(state.get("a")).isEqualTo(1);
    assertThat(all()).isEqualTo(Map.of("a", 1));
    assertThat(committed()).isEmpty();
  }

  @Test
  void discardGoesBackToTheLastCommit() {
    state.put("a", 1);
    state.put("b", 2);
    state.commit();
    state.put("a", 10);
    state.remove("b");
    state.put("c", 3);

    state.discard();

    assertThat(all()).isEqualTo(Map.of("a", 1, "b", 2));
  }

  @Test
  void removedKeyIsGoneAtOnceAndForGoodAfterTheCommit() {
    state.put("a", 1);
    state.commit();

    state.remove("a");
    assertThat(state.get("a")).isNull();
    assertThat(all()).isEmpty();
    assertThat(committed()).isEqualTo(Map.of("a", 1));

    state.commit();
    assertThat(committed()).isEmpty();
  }

  @Test
  void keyRemovedAndPutAgainIsThere() {
    state.put("a", 1);
    state.commit();
    state.remove("a");
    state.put("a", 2);

    state.commit();

    assertThat(all()).isEqualTo(Map.of("a", 2));
  }

  @Test
  void changesNameRemovedKeys() {
    state.put("a", 1);
    state.commit();

    state.remove("a");
    state.put("b", 2);

    assertThat(state.changes()).containsEntry("a", null).containsEntry("b", 2).hasSize(2);
  }

  private Map<Object, Integer> all() {
    Map<Object, Integer> all = new HashMap<>();
    state.forEach(all::put);
    return all;
  }

  private Map<Object, Integer> committed() {
    Map<Object, Integer> all = new HashMap<>();
    state.forEachCommitted(all::put);
    return all;
  }
}
