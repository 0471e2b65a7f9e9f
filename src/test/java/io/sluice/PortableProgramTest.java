package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Settings;
import org.junit.jupiter.api.Test;

class PortableProgramTest {

  @Test
  void k6_programThatGoesOnElsewhereHasItsSettingsButNotItsHostAndPorts() {
    Config before = ConfigFactory.parseString("""
        sluice.batch.max-waiting = 7
        sluice.rate.max-rate = 200
        sluice.task.on-failure = dead-letter
        sluice.task.dead-letter-directory = /letters
        sluice.cluster.data-host = 10.0.0.1
        sluice.cluster.data-port = 4001
        akka.remote.artery.canonical.hostname = 10.0.0.1
        akka.remote.artery.canonical.port = 2551
        """).withFallback(ConfigFactory.load());
    Config here = ConfigFactory.parseString("""
        sluice.batch.max-waiting = 3
        sluice.cluster.data-host = 10.0.0.2
        sluice.cluster.data-port = 4002
        akka.remote.artery.canonical.hostname = 10.0.0.2
        akka.remote.artery.canonical.port = 2552
        """).withFallback(ConfigFactory.load());

    Config restored = PortableProgram.on(here, PortableProgram.settings(before));

    assertThat(restored.getInt("sluice.batch.max-waiting")).isEqualTo(7);
    assertThat(restored.getInt("sluice.rate.max-rate")).isEqualTo(200);
    assertThat(restored.getString("sluice.task.on-failure")).isEqualTo("dead-letter");
    assertThat(restored.getString("sluice.task.dead-letter-directory")).isEqualTo("/letters");
    assertThat(restored.getString("sluice.cluster.data-host")).isEqualTo("10.0.0.2");
    assertThat(restored.getInt("sluice.cluster.data-port")).isEqualTo(4002);
    assertThat(restored.getString("akka.remote.artery.canonical.hostname")).isEqualTo("10.0.0.2");
    assertThat(restored.getInt("akka.remote.artery.canonical.port")).isEqualTo(2552);
    assertThat(Settings.from(restored).batch().maxWaiting()).isEqualTo(7);
  }
}
