package io.sluice.connector.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes of the values that programs have those that drivers know. */
final class ColumnValues {

  private static final Object NULL = new Object();

  private ColumnValues() {}

  /** What is handed to the driver; null stays null. */
  static @Nullable Object bound(@Nullable Object value, Dialect dialect) {
    if (value instanceof Optional<?> optional) {
      return bound(optional.orElse(null), dialect);
    } else if (value instanceof Instant instant) {
      return Timestamp.from(instant);
    } else if (value instanceof ZonedDateTime time) {
      return Timestamp.from(time.toInstant());
    } else if (value instanceof BigInteger number) {
      return new BigDecimal(number);
    } else if (value instanceof Enum<?> constant) {
      return constant.name();
    } else if (value instanceof Character character) {
      return character.toString();
    } else if (value instanceof UUID && !dialect.hasUuids()) {
      return value.toString();
    }
    return value;
  }

  /** Equal for values that a database takes for the same key. */
  static Object key(@Nullable Object bound) {
    if (bound instanceof byte[] bytes) {
      return ByteBuffer.wrap(bytes);
    } else if (bound instanceof BigDecimal number) {
      return number.stripTrailingZeros();
    }
    return bound == null ? NULL : bound;
  }
}
