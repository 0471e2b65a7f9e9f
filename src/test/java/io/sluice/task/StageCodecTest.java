package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StageCodecTest {

  private static final List<String> CALLS = new ArrayList<>();

  /** Acts as soon as it is read. */
  private static final class Gadget implements Serializable {
    private static final long serialVersionUID = 1L;

    private Object readResolve() {
      CALLS.add("read");
      return this;
    }
  }

  static Stream<Object> noStages() throws Exception {
    return Stream.of(
        new Gadget(),
        new ObjectName("a:type=b"),
        new PriorityQueue<>(List.of(1)),
        new ArrayList<>());
  }

  @ParameterizedTest
  @MethodSource("noStages")
  void whatIsNoPlanIsRefusedBeforeItIsMade(Object other) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(other);
    }

    assertThatThrownBy(() -> StageCodec.decode(bytes.toByteArray()))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.ACCESS_DENIED))
        .hasMessageContaining("REJECTED");
    assertThat(CALLS).isEmpty();
  }
}
