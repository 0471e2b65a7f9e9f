package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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

  private final SourceOptions options;
  private final Consumer<byte[], byte[]> consumer;
  private final Partitions partitions;
  private @Nullable GroupOffsets group;
  private boolean checked;
  private boolean away;

  KafkaPlanner(SourceOptions options) {
    this.options = options.requireOneChoice();
    Map<String, Object> settings = options.consumer();
    settings.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "sluice-planner");
    try {
      this.consumer = new KafkaConsumer<>(settings);
    } catch (KafkaException refused) {
      throw Clients.failed(
          ErrorCode.SETTING_INVALID, options.servers, "connecting with these properties", refused);
    }
    this.partitions = new Partitions(options, consumer);
  }

  @Override
  public Map<String, String> begin() {
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
      start.putAll(consumer.endOffsets(all, BEGIN_TIMEOUT));
    } else if (where instanceof StartAt.Timestamp at) {
      start.putAll(consumer.endOffsets(all, BEGIN_TIMEOUT));
      Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
          all.stream().collect(Collectors.toMap(each -> each, each -> at.time().toEpochMilli())),
          BEGIN_TIMEOUT);
      found.forEach((partition, offset) -> {
        if (offset != null) {
          start.put(partition, offset.offset());
        }
      });
    } else {
      start.putAll(consumer.beginningOffsets(all, BEGIN_TIMEOUT));
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
      if (!Clients.mayPass(failure)) {
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
    Map<TopicPartition, Long> from = new LinkedHashMap<>();
    request
        .marks()
        .forEach((text, offset) -> from.put(TopicPartitions.parse(text), Long.parseLong(offset)));
    Map<TopicPartition, Long> changed = new HashMap<>();
    if (partitions.isDue(request.now())) {
      List<TopicPartition> fresh = partitions.found(request.now(), PLAN_TIMEOUT).stream()
          .filter(partition -> !from.containsKey(partition))
          .toList();
      changed.putAll(consumer.beginningOffsets(fresh, PLAN_TIMEOUT));
      from.putAll(changed);
      checked = false;
    }
    if (!checked) {
      skipOverruns(from, changed);
      checked = true;
    }
    List<OffsetRange> ranges = BatchRanges.of(
        from,
        consumer.endOffsets(from.keySet(), PLAN_TIMEOUT),
        maxOfPartition(request.interval()),
        request.maxRecords());
    ranges.forEach(range -> changed.put(range.partition(), range.until()));
    return new SourcePlan(
        ranges.stream().map(OffsetRange::text).toList(),
        marks(changed),
        ranges.stream().mapToLong(OffsetRange::length).sum());
  }

  private OptionalLong maxOfPartition(Duration interval) {
    return options.maxRate == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(1, options.maxRate * interval.toMillis() / 1000));
  }

  /** Records that are gone already are no task's to look for. */
  private void skipOverruns(Map<TopicPartition, Long> from, Map<TopicPartition, Long> changed) {
    Map<TopicPartition, Long> first = consumer.beginningOffsets(from.keySet(), PLAN_TIMEOUT);
    first.forEach((partition, offset) -> {
      long next = from.getOrDefault(partition, offset);
      if (offset > next) {
        Overruns.note(options, new OffsetRange(partition, next, offset));
        from.put(partition, offset);
        changed.put(partition, offset);
      }
    });
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
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    plan.marks()
        .forEach((text, offset) ->
            next.put(TopicPartitions.parse(text), new OffsetAndMetadata(Long.parseLong(offset))));
    offsets.commit(next);
  }

  @Override
  public void close() {
    consumer.close();
    if (group != null) {
      group.close();
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
