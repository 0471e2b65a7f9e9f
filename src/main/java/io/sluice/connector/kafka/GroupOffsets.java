package io.sluice.connector.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a consumer group how far a source has come, for those who look at groups. */
final class GroupOffsets implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupOffsets.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final SourceOptions options;
  private final Admin admin;
  private final Map<TopicPartition, Long> highest = new HashMap<>();

  GroupOffsets(SourceOptions options) {
    this.options = options;
    Map<String, Object> settings = options.consumer();
    settings.keySet().retainAll(AdminClientConfig.configNames());
    this.admin = Admin.create(settings);
  }

  /** Does not wait; a commit that fails is logged, and the next one says the same and more. Offsets never go back. */
  void commit(Map<TopicPartition, Long> next) {
    next.forEach((partition, offset) -> highest.merge(partition, offset, Math::max));
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
    highest.forEach((partition, offset) -> all.put(partition, new OffsetAndMetadata(offset)));
    var unused = admin
        .alterConsumerGroupOffsets(options.group, all)
        .all()
        .whenComplete((done, failure) -> {
          if (failure != null) {
            log.warn(
                "Kafka at [{}] does not take the offsets of group [{}]: {}",
                options.servers,
                options.group,
                failure.toString());
          }
        });
  }

  @Override
  public void close() {
    admin.close(CLOSE_TIMEOUT);
  }
}
