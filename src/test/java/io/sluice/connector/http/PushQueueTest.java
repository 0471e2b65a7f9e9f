package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PushQueueTest {

  private final PushQueue queue = new PushQueue(3, 100);

  @Test
  void requestsAreBounded() {
    assertThat(List.of(queue.enter(), queue.enter(), queue.enter(), queue.enter()))
        .containsExactly(true, true, true, false);

    queue.leave(0);

    assertThat(queue.enter()).isTrue();
  }

  @Test
  void bytesAreBounded() {
    assertThat(List.of(queue.enter(), queue.grow(60), queue.grow(41), queue.grow(40)))
        .containsExactly(true, true, false, true);

    queue.leave(100);

    assertThat(queue.grow(100)).isTrue();
  }

  @Test
  void requestsThatWaitAreTakenTogetherUpToASize() throws Exception {
    PushQueue.Request first = entered(30);
    PushQueue.Request second = entered(30);
    PushQueue.Request third = entered(30);

    assertThat(queue.take(60)).containsExactly(first, second);
    assertThat(queue.take(60)).containsExactly(third);
  }

  @Test
  void requestThatIsTooLargeForTheSizeIsTakenAlone() throws Exception {
    PushQueue.Request large = entered(90);
    PushQueue.Request small = entered(1);

    assertThat(queue.take(60)).containsExactly(large);
    assertThat(queue.take(60)).containsExactly(small);
  }

  @Test
  void requestThatIsBeingStoredCannotBeTakenBack() throws Exception {
    PushQueue.Request first = entered(30);
    PushQueue.Request second = entered(40);
    assertThat(queue.take(60)).containsExactly(first);

    assertThat(queue.remove(first)).isFalse();
    assertThat(queue.remove(second)).isTrue();
  }

  @Test
  void closedQueueGivesWhatItHasAndThenNothing() throws Exception {
    PushQueue.Request last = entered(1);
    queue.close();

    assertThat(queue.enter()).isFalse();
    assertThat(queue.take(60)).containsExactly(last);
    assertThat(queue.awaitEmpty(1)).isFalse();
    queue.leave(1);
    assertThat(queue.take(60)).isNull();
    assertThat(queue.awaitEmpty(1)).isTrue();
  }

  private PushQueue.Request entered(int bytes) {
    PushQueue.Request request = new PushQueue.Request(List.of("line"), bytes);
    assertThat(queue.enter() && queue.grow(bytes)).isTrue();
    queue.add(request);
    return request;
  }
}
