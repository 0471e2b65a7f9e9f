package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import org.junit.jupiter.api.Test;

class DriversTest {

  /** Has the JDK only. */
  private final Drivers none = new Drivers(ClassLoader.getPlatformClassLoader());

  @Test
  void missingPoolIsNamed() {
    assertThatThrownBy(none::requirePool)
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.PLAN_INVALID))
        .hasMessageContaining("'com.zaxxer:HikariCP' is missing");
  }

  @Test
  void missingDriverIsNamed() {
    assertMissing("jdbc:postgresql://db/shop?password=secret", "org.postgresql:postgresql");
    assertMissing("jdbc:mysql://db/shop?password=secret", "com.mysql:mysql-connector-j");
    assertMissing("jdbc:mariadb://db/shop?password=secret", "org.mariadb.jdbc:mariadb-java-client");
    assertMissing("jdbc:h2:mem:shop;PASSWORD=secret", "com.h2database:h2");
  }

  private void assertMissing(String url, String artifact) {
    assertThatThrownBy(() -> none.connecting(JdbcSource.of(url)))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("'" + artifact + "' is missing")
        .hasMessageNotContaining("secret");
  }

  @Test
  void driverIsFoundByItsUrl() throws Exception {
    Drivers drivers = new Drivers(DriversTest.class.getClassLoader());

    try (var connection =
        drivers.connecting(JdbcSource.of("jdbc:h2:mem:").user("me", "secret")).getConnection()) {
      assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("H2");
    }
  }
}
