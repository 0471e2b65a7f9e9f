package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each batch what has come into the partitions. Its marks are the next offset of each partition. */
final class KafkaPlanner implements SourcePlanner {

  private static final Logger log = LoggerFactory.getLogger(KafkaPlanner.class);
  private static final Duration BEGIN_TIMEOUT = Duration.ofSeconds(20);

  /** Shorter than most outages: meanwhile there are empty batches. */
  private static final Duration PLAN_TIMEOUT = Duration.ofSeconds(5);

  /** While it is known to be away, other streams of the program should not wait for it. */
  private static final Duration AWAY_TIMEOUT = Duration.ofMillis(500);

  private final SourceOptions options;
  private final Partitions partitions;
  private @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable GroupOffsets group;
  private Set<TopicPartition> there = Set.of();
  private Set<TopicPartition> missing = Set.of();
  private OptionalLong waiting = OptionalLong.empty();
  private boolean checked;
  private boolean away;

  KafkaPlanner(SourceOptions options) {
    this.options = options.requireOneChoice();
    this.partitions = new Partitions(options, this::consumer);
  }

  /** Made when it is first needed: where another driver takes over, the brokers may be away, or without a name. */
  private Consumer<byte[], byte[]> consumer() {
    Consumer<byte[], byte[]> open = consumer;
    if (open == null) {
      Map<String, Object> settings = options.consumer();
      settings.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "sluice-planner");
      open = new KafkaConsumer<>(settings);
      consumer = open;
    }
    return open;
  }

  @Override
  public Map<String, String> begin() {
    try {
      consumer();
    } catch (KafkaException refused) {
      throw Clients.failed(
          ErrorCode.SETTING_INVALID, options.servers, "connecting with these properties", refused);
    }
    try {
      Map<TopicPartition, Long> start = start(partitions.required(BEGIN_TIMEOUT));
      return marks(start);
    } catch (KafkaException failure) {
      throw failed("finding where to begin", failure);
    }
  }

  private Map<TopicPartition, Long> start(Collection<TopicPartition> all) {
    StartAt where = options.startAt;
    Map<TopicPartition, Long> start = new HashMap<>();
    if (where instanceof StartAt.Latest) {
      start.putAll(consumer().endOffsets(all, BEGIN_TIMEOUT));
    } else if (where instanceof StartAt.Timestamp at) {
      start.putAll(consumer().endOffsets(all, BEGIN_TIMEOUT));
      Map<TopicPartition, OffsetAndTimestamp> found = consumer()
          .offsetsForTimes(
              all.stream()
                  .collect(Collectors.toMap(each -> each, each -> at.time().toEpochMilli())),
              BEGIN_TIMEOUT);
      found.forEach((partition, offset) -> {
        if (offset != null) {
          start.put(partition, offset.offset());
        }
      });
    } else {
      start.putAll(consumer().beginningOffsets(all, BEGIN_TIMEOUT));
      if (where instanceof StartAt.Offsets given) {
        given.offsets().forEach((text, offset) -> {
          TopicPartition partition = TopicPartitions.parse(text);
          if (!start.containsKey(partition)) {
            throw new IllegalArgumentException(
                "The source is to start at offset %d of partition %s, which it does not read; it reads %s."
                    .formatted(offset, text, marks(start).keySet()));
          }
          start.put(partition, offset);
        });
      }
    }
    return start;
  }

  @Override
  public SourcePlan plan(Request request) {
    try {
      SourcePlan plan = planned(request);
      if (away) {
        away = false;
        log.info("Kafka at [{}] can be reached again", options.servers);
      }
      return plan;
    } catch (KafkaException failure) {
      if (!Clients.mayPass(failure) && !Clients.isWithoutAddress(failure)) {
        throw failed("planning a batch", failure);
      }
      if (!away) {
        away = true;
        log.warn(
            "Kafka at [{}] cannot be reached, batches of [{}] are empty until it can: {}",
            options.servers,
            options.what(),
            failure.toString());
      }
      return SourcePlan.NOTHING;
    }
  }

  private SourcePlan planned(Request request) {
    Duration timeout = away ? AWAY_TIMEOUT : PLAN_TIMEOUT;
    Map<TopicPartition, Long> from = new LinkedHashMap<>();
    request
        .marks()
        .forEach((text, offset) -> from.put(TopicPartitions.parse(text), Long.parseLong(offset)));
    Map<TopicPartition, Long> changed = new HashMap<>();
    Map<String, String> dropped = dropOthers(from);
    if (partitions.isDue(request.now())) {
      there = Set.copyOf(partitions.found(request.now(), timeout));
      List<TopicPartition> fresh =
          there.stream().filter(partition -> !from.containsKey(partition)).toList();
      changed.putAll(consumer().beginningOffsets(fresh, timeout));
      from.putAll(changed);
      warnOfMissing(from.keySet());
      checked = false;
    }
    // Brokers never answer for a topic that was deleted; should it come again, its mark is still
    // there.
    from.keySet().retainAll(there);
    if (!checked) {
      skipDeleted(from, changed, timeout);
      checked = true;
    }
    Map<TopicPartition, Long> ends = consumer().endOffsets(from.keySet(), timeout);
    skipShortened(from, ends, changed, timeout);
    List<OffsetRange> ranges =
        BatchRanges.of(from, ends, maxOfPartition(request.interval()), request.maxRecords());
    ranges.forEach(range -> changed.put(range.partition(), range.until()));
    long planned = ranges.stream().mapToLong(OffsetRange::length).sum();
    waiting = OptionalLong.of(there(from, ends) - planned);
    Map<String, String> marks = marks(changed);
    marks.putAll(dropped);
    return new SourcePlan(ranges.stream().map(OffsetRange::text).toList(), marks, planned);
  }

  private static long there(Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
    return from.entrySet().stream()
        .mapToLong(next ->
            Math.max(0, ends.getOrDefault(next.getKey(), next.getValue()) - next.getValue()))
        .sum();
  }

  @Override
  public OptionalLong waiting() {
    return waiting;
  }

  /** Partitions of an earlier version of the program that this one does not read. */
  private Map<String, String> dropOthers(Map<TopicPartition, Long> from) {
    Map<String, String> dropped = new HashMap<>();
    from.keySet().removeIf(partition -> {
      boolean other = !partitions.isChosen(partition);
      if (other) {
        dropped.put(TopicPartitions.text(partition), "");
      }
      return other;
    });
    if (!dropped.isEmpty()) {
      log.warn(
          "Partitions [{}] of Kafka at [{}] are not read any more: the source reads {} now",
          dropped.keySet(),
          options.servers,
          options.what());
    }
    return dropped;
  }

  private void warnOfMissing(Set<TopicPartition> known) {
    Set<TopicPartition> gone = new HashSet<>(known);
    gone.removeAll(there);
    if (!gone.isEmpty() && !gone.equals(missing)) {
      log.warn(
          "Kafka at [{}] does not have partitions [{}] any more; they are read on should they come again",
          options.servers,
          gone);
    }
    missing = gone;
  }

  private OptionalLong maxOfPartition(Duration interval) {
    return options.maxRate == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(1, options.maxRate * interval.toMillis() / 1000));
  }

  /** Records that are gone already are no task's to look for. */
  private void skipDeleted(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> changed, Duration timeout) {
    Map<TopicPartition, Long> first = consumer().beginningOffsets(from.keySet(), timeout);
    first.forEach((partition, offset) -> {
      long next = from.getOrDefault(partition, offset);
      if (offset > next) {
        Overruns.note(options, new OffsetRange(partition, next, offset));
        from.put(partition, offset);
        changed.put(partition, offset);
      }
    });
  }

  /** A topic that was deleted and made anew under its name begins again. */
  private void skipShortened(
      Map<TopicPartition, Long> from,
      Map<TopicPartition, Long> ends,
      Map<TopicPartition, Long> changed,
      Duration timeout) {
    List<TopicPartition> shorter = from.keySet().stream()
        .filter(partition ->
            ends.getOrDefault(partition, Long.MAX_VALUE) < from.getOrDefault(partition, 0L))
        .toList();
    for (TopicPartition partition : shorter) {
      Overruns.noteShorter(
          options, partition, from.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L));
    }
    Map<TopicPartition, Long> first = consumer().beginningOffsets(shorter, timeout);
    from.putAll(first);
    changed.putAll(first);
  }

  @Override
  public void committed(Instant batchTime, SourcePlan plan) {
    if (options.group.isEmpty() || plan.marks().isEmpty()) {
      return;
    }
    GroupOffsets offsets = group;
    if (offsets == null) {
      offsets = new GroupOffsets(options);
      group = offsets;
    }
    Map<TopicPartition, Long> next = new HashMap<>();
    plan.marks().forEach((text, offset) -> {
      if (!offset.isEmpty()) {
        next.put(TopicPartitions.parse(text), Long.parseLong(offset));
      }
    });
    offsets.commit(next);
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close();
      consumer = null;
    }
    if (group != null) {
      group.close();
      group = null;
    }
  }

  private RuntimeException failed(String what, KafkaException failure) {
    return Clients.failed(
        ErrorCode.DRIVER_FUNCTION_FAILED, options.servers, what + " of " + options.what(), failure);
  }

  private static Map<String, String> marks(Map<TopicPartition, Long> offsets) {
    Map<String, String> marks = new TreeMap<>();
    offsets.forEach(
        (partition, offset) -> marks.put(TopicPartitions.text(partition), String.valueOf(offset)));
    return marks;
  }
}
