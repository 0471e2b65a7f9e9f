package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LinkTest {

  private final Link<String> driver = new Link<>();
  private final Link<String> worker = new Link<>();

  @Test
  void messagesThatArriveAreNotSentAgain() {
    assertThat(worker.isNext(driver.send("a").number())).isTrue();
    assertThat(worker.heard(driver.report())).isEmpty();

    assertThat(driver.heard(worker.report())).isEmpty();
    assertThat(driver.report()).isEqualTo(new Link.Report(1, 0, false));
    assertThat(worker.report()).isEqualTo(new Link.Report(0, 1, false));
  }

  @Test
  void lostMessageIsSentAgainWithAllThatCameAfterIt() {
    Link.Numbered<String> lost = driver.send("a");
    Link.Numbered<String> later = driver.send("b");
    assertThat(worker.isNext(later.number())).isFalse();

    var unused = worker.heard(driver.report());

    assertThat(driver.heard(worker.report())).containsExactly(lost, later);
  }

  @Test
  void whatIsOnItsWayIsNotTakenForLost() {
    Link.Numbered<String> onItsWay = driver.send("a");

    assertThat(driver.heard(worker.report())).isEmpty();
    assertThat(worker.isNext(onItsWay.number())).isTrue();
  }

  @Test
  void messageThatComesTwiceCountsOnce() {
    Link.Numbered<String> message = driver.send("a");

    assertThat(worker.isNext(message.number())).isTrue();
    assertThat(worker.isNext(message.number())).isFalse();
  }

  @Test
  void everyMessageArrivesOnceAndInOrderHoweverManyAreLost() {
    for (long seed = 0; seed < 300; seed++) {
      LossyPair pair = new LossyPair(seed);
      List<Long> sent = LongStream.rangeClosed(1, 200).boxed().toList();

      assertThat(pair.exchange(sent)).as("seed %d", seed).isEqualTo(sent);
    }
  }

  /** Two ends whose messages and heartbeats get lost, but stay in order. */
  private static final class LossyPair {
    private final Random random;
    private final Link<Long> near = new Link<>();
    private final Link<Long> far = new Link<>();
    private final ArrayDeque<Object> toFar = new ArrayDeque<>();
    private final ArrayDeque<Link.Report> toNear = new ArrayDeque<>();
    private final List<Long> taken = new ArrayList<>();

    LossyPair(long seed) {
      random = new Random(seed);
    }

    List<Long> exchange(List<Long> messages) {
      for (Long message : messages) {
        lose(() -> toFar.add(near.send(message)), near, message);
        someSteps();
      }
      while (taken.size() < messages.size()) {
        someSteps();
      }
      return taken;
    }

    private void lose(Runnable send, Link<Long> end, Long message) {
      if (random.nextInt(5) == 0) {
        var unused = end.send(message);
      } else {
        send.run();
      }
    }

    private void someSteps() {
      if (random.nextBoolean()) {
        offer(toFar, near.report());
      }
      for (int i = random.nextInt(4); i > 0 && !toFar.isEmpty(); i--) {
        atFar(toFar.remove());
      }
      for (int i = random.nextInt(3); i > 0 && !toNear.isEmpty(); i--) {
        near.heard(toNear.remove()).forEach(again -> offer(toFar, again));
      }
    }

    private void atFar(Object message) {
      if (message instanceof Link.Numbered<?> numbered) {
        if (far.isNext(numbered.number())) {
          taken.add((Long) numbered.message());
        }
      } else if (message instanceof Link.Report report) {
        assertThat(far.heard(report)).isEmpty();
        offer(toNear, far.report());
      }
    }

    private <M> void offer(ArrayDeque<? super M> wire, M message) {
      if (random.nextInt(5) != 0) {
        wire.add(message);
      }
    }
  }
}
