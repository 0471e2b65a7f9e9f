package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Receiver;
import io.sluice.testkit.StreamingTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmptyBatchTest {

  /** A receiver whose source has nothing to say. */
  private static final class Silent extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void onStart() {}

    @Override
    public void onStop() {}
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void actionsOnAStreamThatReceivedNothingGiveNothing(int nodes) throws Exception {
    List<String> seen = new ArrayList<>();
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      DStream<String> stream = test.context().receiverStream(new Silent());
      stream.foreachRDD(rdd -> seen.add(rdd.count() + " " + rdd.collect() + " " + rdd.isEmpty()));

      test.runBatches(2);
    }

    assertThat(seen).containsExactly("0 [] true", "0 [] true");
  }
}
