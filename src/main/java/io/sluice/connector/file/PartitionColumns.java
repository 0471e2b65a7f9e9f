package io.sluice.connector.file;

import io.sluice.api.ErrorCode;
import io.sluice.api.Function;
import io.sluice.api.SluiceException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * In which directory the file of a record lies: {@code country=DE/date=2026-11-24} for the columns country and date, as Hive and Spark
 * read and write them. Characters that have a meaning in paths there are written as {@code %} and two hexadecimal digits.
 *
 * @param columns outermost first; none for the directory of the sink itself
 */
record PartitionColumns<T>(List<Column<T>> columns) implements Serializable {

  /** A level of directories. */
  record Column<T>(String name, Function<? super T, ?> value) implements Serializable {}

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

  /** What Hive writes for no value. */
  private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

  private static final String ESCAPED = "\"#%'*/:=?\\{[]^\u007f";

  /** Most file systems take names of 255 bytes. */
  private static final int MAX_BYTES = 255;

  PartitionColumns {
    columns = List.copyOf(columns);
  }

  static <T> PartitionColumns<T> none() {
    return new PartitionColumns<>(List.of());
  }

  /** @throws IllegalArgumentException if the name is none, or another column's */
  PartitionColumns<T> and(String name, Function<? super T, ?> value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of a partition column must be letters, digits and underscores, a letter first, got '"
              + name + "'.");
    }
    if (columns.stream().anyMatch(column -> column.name.equals(name))) {
      throw new IllegalArgumentException("The sink is partitioned by '" + name
          + "' already; each column needs a name of its own.");
    }
    List<Column<T>> more = new ArrayList<>(columns);
    more.add(new Column<>(name, value));
    return new PartitionColumns<>(more);
  }

  /** The path below the sink's directory; empty without columns. */
  String directory(T record) throws Exception {
    if (columns.isEmpty()) {
      return "";
    }
    StringBuilder path = new StringBuilder();
    for (Column<T> column : columns) {
      if (path.length() > 0) {
        path.append('/');
      }
      path.append(level(column.name, column.value.call(record)));
    }
    return path.toString();
  }

  private static String level(String name, @Nullable Object value) {
    Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    String text = given == null ? "" : given.toString();
    StringBuilder level = new StringBuilder(name).append('=');
    if (text.isEmpty()) {
      return level.append(NO_VALUE).toString();
    }
    for (int at = 0; at < text.length(); at++) {
      char next = text.charAt(at);
      if (next < ' ' || ESCAPED.indexOf(next) >= 0) {
        level.append(String.format(Locale.ROOT, "%%%02X", (int) next));
      } else {
        level.append(next);
      }
    }
    return requireShort(name, level.toString());
  }

  private static String requireShort(String name, String level) {
    int bytes = level.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "A value of partition column '%s' makes a directory's name of %d bytes; file systems take %d. Partition by something shorter, such as a part of it."
              .formatted(name, bytes, MAX_BYTES));
    }
    return level;
  }
}
