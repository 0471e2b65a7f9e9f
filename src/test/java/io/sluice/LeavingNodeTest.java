package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that are asked to end while a program runs. */
@Timeout(60)
class LeavingNodeTest {

  private static final int BATCHES = 9;

  @Test
  void stateAndWindowsMoveAndNothingIsRunAgain() {
    assertNothingIsLost(3, test -> test.beforeBatch(4, () -> test.leaveNode("node-2")), "node-2");
  }

  @Test
  void oneOfTwoNodesLeaves() {
    assertNothingIsLost(2, test -> test.beforeBatch(4, () -> test.leaveNode("node-1")), "node-1");
  }

  @Test
  void allNodesAreReplacedOneAfterAnother() {
    assertNothingIsLost(
        3,
        test -> {
          for (int number = 1; number <= 3; number++) {
            String leaver = "node-" + number;
            test.beforeBatch(2 * number - 1, () -> {
              String unused = test.addNode();
              test.leaveNode(leaver);
            });
          }
        },
        "node-1",
        "node-2",
        "node-3");
  }

  @Test
  void lastNodeStaysUntilAnotherIsThere() {
    assertNothingIsLost(
        2,
        test -> {
          test.beforeBatch(3, () -> {
            test.leaveNode("node-1");
            test.leaveNode("node-2");
          });
          test.beforeBatch(6, () -> {
            String unused = test.addNode();
          });
        },
        "node-1",
        "node-2");
  }

  @Test
  void driverIsLostWhileANodeLeaves() {
    assertNothingIsLost(
        4,
        test -> test.beforeBatch(5, () -> {
          test.leaveNode("node-2");
          test.killDriver();
        }),
        "node-2");
  }

  private interface Changes {
    void prepare(StreamingTest test);
  }

  private static void assertNothingIsLost(int nodes, Changes changes, String... leavers) {
    try (StreamingTest test =
        StreamingTest.builder().nodes(nodes).set("sluice.batch.partitions", 4).build()) {
      List<List<String>> input = new ArrayList<>();
      for (int batch = 1; batch <= BATCHES; batch++) {
        input.add(List.of("a", "b", "k" + batch));
      }
      PairDStream<String, Integer> ones = test.input(input, 2).mapToPair(word -> Pair.of(word, 1));
      Recorded<Pair<String, Integer>> totals = test.output(
          ones.updateStateByKey((values, state) -> Optional.of(state.orElse(0) + values.size())));
      Recorded<Pair<String, Integer>> sliding = test.output(ones.reduceByKeyAndWindow(
          Integer::sum, (a, b) -> a - b, Duration.ofSeconds(3), Duration.ofSeconds(1)));
      Recorded<String> raw = test.output(test.input(input, 2).window(Duration.ofSeconds(3)));
      changes.prepare(test);

      test.runBatches(7);
      for (String leaver : leavers) {
        test.awaitEvent(
            StreamingEvent.WorkerLeft.class, left -> left.worker().id().equals(leaver));
      }
      test.runBatches(BATCHES - 7);

      for (int batch = 1; batch <= BATCHES; batch++) {
        int panes = Math.min(3, batch);
        assertThat(map(totals, batch)).hasSize(2 + batch).containsEntry("a", batch);
        assertThat(map(sliding, batch)).containsEntry("b", panes);
        assertThat(raw.records().get(batch - 1)).hasSize(3 * panes);
      }
      assertThat(test.events(StreamingEvent.WorkerLeft.class)).hasSize(leavers.length);
      assertThat(test.events(StreamingEvent.WorkerLost.class)).isEmpty();
      assertThat(test.events(StreamingEvent.BlockLost.class)).isEmpty();
      assertThat(test.events(StreamingEvent.BatchCompleted.class))
          .allMatch(done -> done.batch().attempts() == 1);
    }
  }

  private static Map<String, Integer> map(Recorded<Pair<String, Integer>> output, int batch) {
    Map<String, Integer> map = new TreeMap<>();
    output.batches().get(batch - 1).records().forEach(pair -> map.put(pair.key(), pair.value()));
    return map;
  }

  /** Stores 1, 2, 3, ...; another that starts goes on with the next number. */
  private static final class Numbers extends Receiver<Long> {
    private static final long serialVersionUID = 1L;
    static final AtomicLong last = new AtomicLong();

    Numbers() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      Thread thread = new Thread(() -> {
        while (!isStopped()) {
          // A block is stored when this returns, and reported though the receiver ends meanwhile.
          synchronized (last) {
            store(List.of(last.get() + 1));
            last.incrementAndGet();
          }
        }
      });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void onStop() {}
  }

  @Test
  void receiverGoesOnElsewhereAndBlocksWithOneCopyAreCopied() throws Exception {
    AtomicLong sum = new AtomicLong();
    AtomicLong count = new AtomicLong();
    Numbers.last.set(0);
    try (StreamingContext context = StreamingContext.builder("leaving", Duration.ofMillis(50))
        .config(ConfigFactory.parseMap(Map.of("sluice.receiver.max-rate", 2000))
            .withFallback(ConfigFactory.load()))
        .nodes(3)
        .build()) {
      List<String> locations = new ArrayList<>();
      context.addStreamingListener(new StreamingListener() {
        @Override
        public void onReceiverStarted(ReceiverInfo receiver) {
          synchronized (locations) {
            locations.add(receiver.location());
            locations.notifyAll();
          }
        }
      });
      context
          .receiverStream(new Numbers())
          .foreachRDD(rdd -> rdd.collect().forEach(number -> {
            sum.addAndGet(number);
            count.incrementAndGet();
          }));
      context.start();
      for (int move = 1; move <= 2; move++) {
        synchronized (locations) {
          while (locations.size() < move) {
            locations.wait();
          }
          context.simulatedNodes().leave(locations.get(move - 1));
        }
      }
      synchronized (locations) {
        while (locations.size() < 3) {
          locations.wait();
        }
      }
      context.stop(true);
    }
    long stored = Numbers.last.get();
    assertThat(count.get()).isEqualTo(stored);
    assertThat(sum.get()).isEqualTo(stored * (stored + 1) / 2);
  }
}
