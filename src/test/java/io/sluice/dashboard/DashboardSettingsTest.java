package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the settings of the page must be, and what is said if they are not. */
class DashboardSettingsTest {

  private static Config with(String setting) {
    return ConfigFactory.parseString("sluice.dashboard { " + setting + " }")
        .withFallback(ConfigFactory.load());
  }

  @Test
  void noPageIsServedByDefault() {
    DashboardSettings settings = DashboardSettings.from(ConfigFactory.load());

    assertThat(settings).isEqualTo(new DashboardSettings(-1, "127.0.0.1", "", 1000, 100));
    assertThat(settings.isOn()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port = 65536                      | port must be between 0 and 65535",
        "port = -2                         | port must be between 0 and 65535",
        "port = many                       | port",
        "batches = 0                       | batches must be at least 1, got 0",
        "max-viewers = 0                   | max-viewers must be at least 1, got 0",
        "token = short                     | token must have at least 8 characters, got 5",
        "port = 0, host = 0.0.0.0          | there is no token. Set sluice.dashboard.token",
        "tls.certificate = page.pem        | tls has a certificate but no private-key",
        "port = 0, host = no.such.invalid  | host 'no.such.invalid' is not known"
      })
  void anythingElseIsRefusedByName(String setting, String message) {
    assertThatThrownBy(() -> DashboardSettings.from(with(setting)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            invalid -> assertThat(invalid.code()).isEqualTo(ErrorCode.SETTING_INVALID))
        .hasMessageContaining("sluice.dashboard")
        .hasMessageContaining(message);
  }

  static Stream<String> keys() {
    return ConfigFactory.load().getConfig("sluice.dashboard").root().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyIsRead(String key) {
    Config without = ConfigFactory.load().withoutPath("sluice.dashboard." + key);

    assertThatThrownBy(() -> DashboardSettings.from(without)).hasMessageContaining(key);
  }

  @Test
  void aTokenOpensThePageToOtherMachines() {
    DashboardSettings settings =
        DashboardSettings.from(with("port = 0, host = 0.0.0.0, token = long-enough"));

    assertThat(settings.isOn()).isTrue();
    assertThat(settings.isLocal()).isFalse();
  }
}
