package io.sluice.cli;

import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/** Loads the classes that most programs load at their start: a word count of one line, until its first result. */
final class ArchivedJob {

  private ArchivedJob() {}

  public static void main(String[] arguments) throws InterruptedException {
    CountDownLatch counted = new CountDownLatch(1);
    try (StreamingContext context = StreamingContext.local("archive", Duration.ofMillis(100))) {
      Queue<RDD<String>> lines = new ArrayDeque<>();
      lines.add(context.parallelize(List.of("to be or not to be"), 2));
      context
          .queueStream(lines)
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum)
          .foreachRDD(rdd -> {
            if (!rdd.collect().isEmpty()) {
              counted.countDown();
            }
          });
      context.start();
      counted.await();
    }
  }
}
