package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.RDD;
import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many messages a batch takes: each worker hears of all its tasks at once, and only tasks that end are told one by one. */
class MessagesOfABatchTest {

  private static final int WORKERS = 3;
  private static final int BATCHES = 20;

  @Test
  void workersAreToldOncePerJobAndOncePerCommitHoweverManyTasksThereAre() {
    Map<String, Long> few = messages(6);
    Map<String, Long> many = messages(24);

    assertThat(few.remove("TaskFinished")).isEqualTo(3 * 6L);
    assertThat(many.remove("TaskFinished")).isEqualTo(3 * 24L);
    // A job of two stages, an action, and the commit.
    assertThat(few).isEqualTo(Map.of("RunTasks", 2L * WORKERS, "Commit", (long) WORKERS));
    assertThat(many).isEqualTo(few);
  }

  /** By kind, for one batch of a word count. */
  private static Map<String, Long> messages(int partitions) {
    List<Integer> records = IntStream.range(0, 1000).boxed().toList();
    try (StreamingTest test = StreamingTest.builder()
        .nodes(WORKERS)
        .set("sluice.batch.partitions", partitions)
        .set("akka.actor.typed.default-mailbox.mailbox-type", CountingMailbox.class.getName())
        .build()) {
      test.input(Collections.nCopies(3 * BATCHES, records), partitions)
          .mapToPair(number -> Pair.of(number % 100, 1))
          .reduceByKey(Integer::sum)
          .foreachRDD(RDD::count);
      test.start();
      test.runBatches(BATCHES);
      CountingMailbox.take();
      test.runBatches(BATCHES);
      Map<String, Long> taken = CountingMailbox.take();
      // Heartbeats and standby copies come with time and workers, not with batches.
      taken.keySet().removeAll(List.of("Ping", "Pong"));
      // What comes once, like a stage that is told a worker, or a batch late, is not of every
      // batch.
      taken.replaceAll((kind, count) -> Math.round(count / (double) BATCHES));
      taken.values().removeIf(count -> count == 0);
      return taken;
    }
  }
}
