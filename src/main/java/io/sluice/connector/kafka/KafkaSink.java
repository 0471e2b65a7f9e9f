package io.sluice.connector.kafka;

import static java.util.Objects.requireNonNull;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes to Kafka topics, for {@code saveTo}. Tasks on the workers send records as they come, and a task has succeeded when the brokers
 * have all of them, on all replicas that are in sync. Never changes; every choice gives another sink.
 *
 * <p>A context and an output of the same names on another cluster of nodes must not write to the same brokers: the two would take
 * each other for attempts of one.
 *
 * <p>By default every record is in its topic at least once: what an attempt that was given up had sent is there too. Headers say
 * which record of which batch each is ({@code sluice-pipeline}, {@code sluice-batch}, {@code sluice-partition}, {@code sluice-sequence}), so that a reader can
 * leave out those that it knows.
 *
 * <p>With {@link #exactlyOnce} who reads committed records sees each once. Each partition of a batch is a transaction, which also
 * notes the batch in a consumer group, and a partition that is run again after its commit is left out. Records can be seen before all of
 * their batch can. A partition of a batch must hold the same records whenever it is run: put a repartition or a
 * keyed operation before an output of received data; what a batch source reads is always the same. Kafka forgets which batch a
 * partition has committed when nothing was written for {@code offsets.retention.minutes} (a week by default), so a program
 * that rests for longer may write its last batch again. A transaction that takes longer than {@code transaction.timeout.ms} (a
 * minute by default) is aborted, and its task fails and is run again.
 *
 * @param <T> the records it takes
 */
public final class KafkaSink<T> implements BatchSink<T> {

  private static final long serialVersionUID = 1L;

  private final String servers;
  private final Function<? super T, ? extends KafkaMessage<?, ?>> message;
  private final Class<? extends Serializer<?>> key;
  private final Class<? extends Serializer<?>> value;
  private final String noted;
  private final Map<String, String> properties;

  private KafkaSink(
      String servers,
      Function<? super T, ? extends KafkaMessage<?, ?>> message,
      Class<? extends Serializer<?>> key,
      Class<? extends Serializer<?>> value,
      String noted,
      Map<String, String> properties) {
    this.servers = servers;
    this.message = message;
    this.key = key;
    this.value = value;
    this.noted = noted;
    this.properties = new TreeMap<>(properties);
  }

  /**
   * Messages of text, sent as UTF-8.
   *
   * @param servers some brokers, as {@code host:port} with commas between them
   * @param message makes the message of a record
   * @throws io.sluice.api.SluiceException SETTING_INVALID if Kafka's client library is missing
   */
  public static <T> KafkaSink<T> strings(
      String servers, Function<? super T, KafkaMessage<String, String>> message) {
    return of(servers, StringSerializer.class, StringSerializer.class, message);
  }

  /**
   * Messages with any serializers, which are made on the workers and configured with the {@linkplain #property properties}.
   *
   * @param servers some brokers, as {@code host:port} with commas between them
   * @param message makes the message of a record
   * @throws io.sluice.api.SluiceException SETTING_INVALID if Kafka's client library is missing
   */
  public static <T, K, V> KafkaSink<T> of(
      String servers,
      Class<? extends Serializer<K>> key,
      Class<? extends Serializer<V>> value,
      Function<? super T, KafkaMessage<K, V>> message) {
    Clients.requireLibrary(KafkaSink.class.getClassLoader());
    return new KafkaSink<>(
        Clients.requireServers(servers),
        requireNonNull(message, "The function that makes messages is null."),
        requireNonNull(key, "The serializer of keys is null."),
        requireNonNull(value, "The serializer of values is null."),
        "",
        Map.of());
  }

  /**
   * The same in transactions, each record once.
   *
   * @param topic one that is there and that the sink writes to: the batches that were committed are noted under its name
   */
  public KafkaSink<T> exactlyOnce(String topic) {
    if (topic.isBlank()) {
      throw new IllegalArgumentException(
          "exactlyOnce needs the name of a topic that the sink writes to, got none.");
    }
    return new KafkaSink<>(servers, message, key, value, topic, properties);
  }

  /** A property of Kafka's producers, such as {@code compression.type}. Replaces what the sink would choose. */
  public KafkaSink<T> property(String name, String text) {
    Map<String, String> more = new TreeMap<>(properties);
    more.put(name, text);
    return new KafkaSink<>(servers, message, key, value, noted, more);
  }

  @Override
  public BatchWriter<T> open(String pipeline, BatchPartition partition) {
    Map<String, Object> settings = ProducerSettings.of(servers, properties);
    settings.put("key.serializer", key);
    settings.put("value.serializer", value);
    return noted.isEmpty()
        ? new PlainWriter<>(servers, settings, message, pipeline, partition)
        : new TransactionWriter<>(servers, settings, message, pipeline, partition, noted);
  }

  @Override
  public String toString() {
    return "Kafka at " + servers;
  }
}
