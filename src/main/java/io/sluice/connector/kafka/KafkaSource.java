package io.sluice.connector.kafka;

import static java.util.Objects.requireNonNull;

import io.sluice.api.BatchSource;
import io.sluice.api.SourcePlanner;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Records of Kafka topics, for {@code context.batchStream}. A batch is a range of offsets of each partition, which tasks read from
 * the brokers, a task for each partition; there is no receiver, and no consumer group shares out partitions. Offsets are part of the
 * driver's decisions: whatever is killed, every record is in one batch, and a batch that is run again has the same ones. Never
 * changes; every choice gives another source.
 *
 * <p>Records of aborted transactions are left out. New partitions, and new topics of a pattern, are found within {@link
 * #discoverEvery} and read from their first record. While no broker can be reached batches are empty and a warning is logged;
 * a task that is reading waits up to {@link #readTimeout}.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class KafkaSource<K, V> implements BatchSource<KafkaRecord<K, V>> {

  private static final long serialVersionUID = 1L;

  private final SourceOptions options;
  private final Class<? extends Deserializer<K>> key;
  private final Class<? extends Deserializer<V>> value;

  private KafkaSource(
      SourceOptions options,
      Class<? extends Deserializer<K>> key,
      Class<? extends Deserializer<V>> value) {
    this.options = options;
    this.key = key;
    this.value = value;
  }

  /**
   * Topics of text, as UTF-8.
   *
   * @param servers some brokers, as {@code host:port} with commas between them
   * @throws io.sluice.api.SluiceException SETTING_INVALID if Kafka's client library is missing
   */
  public static KafkaSource<String, String> strings(String servers, String... topics) {
    return of(servers, StringDeserializer.class, StringDeserializer.class, topics);
  }

  /**
   * Topics with any deserializers, which are made on the workers and configured with the {@linkplain #property properties}.
   *
   * @param servers some brokers, as {@code host:port} with commas between them
   * @throws io.sluice.api.SluiceException SETTING_INVALID if Kafka's client library is missing
   */
  public static <K, V> KafkaSource<K, V> of(
      String servers,
      Class<? extends Deserializer<K>> key,
      Class<? extends Deserializer<V>> value,
      String... topics) {
    Clients.requireLibrary(KafkaSource.class.getClassLoader());
    requireNonNull(key, "The deserializer of keys is null.");
    requireNonNull(value, "The deserializer of values is null.");
    return new KafkaSource<>(
        new SourceOptions().with(options -> {
          options.servers = Clients.requireServers(servers);
          options.topics = List.of(topics);
        }),
        key,
        value);
  }

  private KafkaSource<K, V> with(Consumer<SourceOptions> change) {
    return new KafkaSource<>(options.with(change), key, value);
  }

  /**
   * The same for all topics whose whole name matches, also those that are made later.
   *
   * @throws IllegalArgumentException if it is no regular expression, or topics were named
   */
  public KafkaSource<K, V> pattern(String regularExpression) {
    try {
      return with(
          changed -> changed.pattern = Pattern.compile(regularExpression).pattern());
    } catch (PatternSyntaxException malformed) {
      throw new IllegalArgumentException(
          "Pattern of topics '%s' is no regular expression: %s"
              .formatted(regularExpression, malformed.getDescription()),
          malformed);
    }
  }

  /**
   * The same for these partitions only.
   *
   * @param partitions as {@code "orders-3"}
   * @throws IllegalArgumentException if one is no partition, or topics were named
   */
  public KafkaSource<K, V> partitions(String... partitions) {
    List<String> all = Stream.of(partitions)
        .map(TopicPartitions::parse)
        .map(TopicPartitions::text)
        .toList();
    return with(changed -> changed.partitions = all);
  }

  /** Where to begin without a checkpoint that knows more. By default with what comes from the start on. */
  public KafkaSource<K, V> startAt(StartAt start) {
    return with(changed -> changed.startAt = requireNonNull(start, "The start is null."));
  }

  /**
   * The most that is read of a partition, in records a second. By default there is no limit, and the first batch after a long rest
   * has all that has come meanwhile. {@code sluice.rate} limits the source as a whole.
   *
   * @throws IllegalArgumentException unless it is positive
   */
  public KafkaSource<K, V> maxRatePerPartition(long perSecond) {
    if (perSecond < 1) {
      throw new IllegalArgumentException(
          "A partition must be allowed at least 1 record a second, got " + perSecond + ".");
    }
    return with(changed -> changed.maxRate = perSecond);
  }

  /**
   * Also commits offsets to a consumer group when their batch is done, so that tools for groups show how far the source has come.
   * The source itself never reads them.
   */
  public KafkaSource<K, V> commitToGroup(String group) {
    if (group.isBlank()) {
      throw new IllegalArgumentException("The name of the consumer group is empty.");
    }
    return with(changed -> changed.group = group);
  }

  /** What to do when records were deleted before they were read. By default {@link Overrun#FAIL}. */
  public KafkaSource<K, V> onOverrun(Overrun policy) {
    return with(
        changed -> changed.overrun = requireNonNull(policy, "The policy of overruns is null."));
  }

  /** What to do with records that cannot be deserialized. By default {@link Malformed#fail}. */
  public KafkaSource<K, V> onMalformed(Malformed policy) {
    return with(changed ->
        changed.malformed = requireNonNull(policy, "The policy of malformed records is null."));
  }

  /** How often to look for new partitions and topics; 10 s by default. */
  public KafkaSource<K, V> discoverEvery(Duration time) {
    return with(
        changed -> changed.discoverMillis = SourceOptions.positiveMillis("discoverEvery", time));
  }

  /** How long a task waits for the next record of its range before it fails; 60 s by default. */
  public KafkaSource<K, V> readTimeout(Duration time) {
    return with(changed -> changed.readMillis = SourceOptions.positiveMillis("readTimeout", time));
  }

  /** A property of Kafka's consumers, such as {@code security.protocol}. Replaces what the source would choose. */
  public KafkaSource<K, V> property(String name, String text) {
    TreeMap<String, String> properties = new TreeMap<>(options.properties);
    properties.put(name, text);
    return with(changed -> changed.properties = properties);
  }

  @Override
  public SourcePlanner planner() {
    return new KafkaPlanner(options);
  }

  @Override
  public Iterator<KafkaRecord<K, V>> read(String split) {
    return new RangeReader<>(options, OffsetRange.parse(split), key, value);
  }

  @Override
  public String toString() {
    return "Kafka " + options.what() + " at " + options.servers;
  }
}
