package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {

  private static final Config DEFAULTS = ConfigFactory.defaultReference();

  static Stream<String> keys() {
    return DEFAULTS.getConfig("sluice").entrySet().stream()
        .map(entry -> "sluice." + entry.getKey())
        // Those of the page and of meters are their own.
        .filter(key -> !key.startsWith("sluice.dashboard.") && !key.startsWith("sluice.metrics."));
  }

  @Test
  void defaultsAreValid() {
    Settings settings = Settings.from(DEFAULTS);

    assertThat(settings.joinsCluster()).isFalse();
    assertThat(settings.batch()).isEqualTo(new BatchSettings(4, 1000, 0));
    assertThat(settings.task().slots()).isPositive();
    assertThat(settings.block().memoryBytes()).isPositive();
    assertThat(settings.receiver().minBackoff()).isEqualTo(Duration.ofMillis(200));
    assertThat(settings.rate()).isEqualTo(new RateSettings(false, 0, 10_000, 100, 1, 0.2, 0));
    assertThat(settings.jars()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyIsRead(String key) {
    assertThatThrownBy(() -> Settings.from(DEFAULTS.withoutPath(key)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            missing -> assertThat(missing.code()).isEqualTo(ErrorCode.SETTING_INVALID))
        .hasMessageContaining(key.substring(key.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          sluice.mode                       | remote     | sluice.mode must be 'local' or 'cluster', got 'remote'
          sluice.batch.max-waiting          | 0          | sluice.batch.max-waiting must be at least 1, got 0
          sluice.batch.max-late             | 0          | sluice.batch.max-late must be at least 1, got 0
          sluice.batch.partitions           | -1         | sluice.batch.partitions must be between 0 and 65535, got -1
          sluice.batch.partitions           | 65536      | sluice.batch.partitions must be between 0 and 65535, got 65536
          sluice.block.memory               | -1         | memory
          sluice.block.disk                 | -1         | disk
          sluice.shuffle.memory             | -1         | memory
          sluice.receiver.block-interval    | -1 ms      | sluice.receiver.block-interval must not be negative
          sluice.receiver.block-size        | 1000       | sluice.receiver.block-size must be between 1 KiB and 64 MiB, got 1000 bytes
          sluice.receiver.block-size        | 65 MiB     | sluice.receiver.block-size must be between 1 KiB and 64 MiB
          sluice.receiver.min-backoff       | 0          | sluice.receiver.min-backoff must be positive
          sluice.receiver.max-backoff       | 1 ms       | at most max-backoff
          sluice.rate.max-rate              | -1         | sluice.rate.max-rate must be a number and not negative, got -1.0
          sluice.rate.initial-rate          | -1         | sluice.rate.initial-rate must be a number and not negative, got -1.0
          sluice.rate.min-rate              | 0          | sluice.rate.min-rate must be positive, got 0.0
          sluice.rate.min-rate              | -10        | sluice.rate.min-rate must be positive, got -10.0
          sluice.rate.proportional          | -1         | sluice.rate.proportional must be a number and not negative, got -1.0
          sluice.rate.integral              | -0.2       | sluice.rate.integral must be a number and not negative, got -0.2
          sluice.rate.derivative            | NaN        | sluice.rate.derivative must be a number and not negative, got NaN
          sluice.rate.enabled               | perhaps    | enabled
          sluice.task.slots                 | -1         | sluice.task.slots must not be negative, got -1
          sluice.task.max-attempts          | 0          | sluice.task.max-attempts must be at least 1, got 0
          sluice.cluster.heartbeat-interval | 0          | heartbeat-interval
          sluice.cluster.heartbeat-timeout  | 300 ms     | sluice.cluster.heartbeat-timeout must be at least twice heartbeat-interval
          sluice.cluster.data-port          | 65536      | sluice.cluster.data-port must be between 0 and 65535, got 65536
          sluice.cluster.data-bind.port     | 65536      | sluice.cluster.data-bind.port must be between 0 and 65535, got 65536
          sluice.cluster.data-bind.port     | 25521      | sluice.cluster.data-bind.port is 25521, but sluice.cluster.data-port is 0
          sluice.cluster.min-workers        | 0          | sluice.cluster.min-workers must be at least 1, got 0
          sluice.cluster.tls.enabled        | on         | sluice.cluster.tls.key-store is empty
          sluice.cluster.tls.enabled        | perhaps    | enabled
          sluice.task.slots                 | many       | slots
          """)
  void badValueIsAnErrorThatNamesItsKey(String key, String value, String message) {
    Config config = ConfigFactory.parseString(key + " = \"" + value + "\"").withFallback(DEFAULTS);

    assertThatThrownBy(() -> Settings.from(config))
        .isInstanceOfSatisfying(
            SluiceException.class,
            invalid -> assertThat(invalid.code()).isEqualTo(ErrorCode.SETTING_INVALID))
        .hasMessageStartingWith("Configuration: ")
        .hasMessageContaining(message);
  }

  @Test
  void zeroStandsForWhatTheMachineHas() {
    assertThat(new TaskSettings(0, 1, FailurePolicy.STOP, "").slots())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void blocksAreClosedAfterAFifthOfTheBatchInterval() {
    ReceiverSettings receiver = Settings.from(DEFAULTS).receiver();

    assertThat(receiver.blockMillis(500)).isEqualTo(100);
    assertThat(receiver.blockMillis(2)).isEqualTo(1);
    assertThat(receiver.blockMillis(60_000)).isEqualTo(200);
  }

  @Test
  void tokenIsNotShown() {
    Config config =
        ConfigFactory.parseString("sluice.cluster.token = open-sesame").withFallback(DEFAULTS);

    assertThat(Settings.from(config).toString().toLowerCase(Locale.ROOT))
        .doesNotContain("open-sesame");
  }

  @Test
  void passwordsOfStoresAreNotShown() {
    TlsSettings tls = new TlsSettings(true, "key.p12", "sesame-1", "trust.p12", "sesame-2", true);

    assertThat(tls.toString()).contains("key.p12", "trust.p12").doesNotContain("sesame");
  }
}
