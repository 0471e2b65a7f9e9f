package io.sluice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the records of a step look like, which the files do not say: a list may be a pair, a cogroup's sides or a group. */
enum RecordType {
  SCALAR,
  PAIR,
  /** A key and a group of values, whose order does not matter. */
  GROUPED,
  /** A key and a pair of values, either of which may be absent. */
  JOINED,
  /** A key and a pair of groups. */
  COGROUPED,
  /** A group alone. */
  GROUP,
  /** A pair of values alone. */
  SIDES,
  /** A pair of groups alone. */
  GROUPS;

  RecordType value() {
    return switch (this) {
      case SCALAR, GROUP, SIDES, GROUPS -> throw new IllegalStateException(this + " has no value");
      case PAIR -> SCALAR;
      case GROUPED -> GROUP;
      case JOINED -> SIDES;
      case COGROUPED -> GROUPS;
    };
  }

  /** The form in which a record of a file is compared: as text, groups sorted. */
  String expected(JsonNode record) {
    return switch (this) {
      case SCALAR -> record.isNull() ? "none" : record.asText();
      case PAIR, GROUPED, JOINED, COGROUPED ->
        "(" + SCALAR.expected(record.get(0)) + "," + value().expected(record.get(1)) + ")";
      case GROUP -> sorted(texts(record));
      case SIDES ->
        "(" + SCALAR.expected(record.get(0)) + "," + SCALAR.expected(record.get(1)) + ")";
      case GROUPS ->
        "(" + GROUP.expected(record.get(0)) + "," + GROUP.expected(record.get(1)) + ")";
    };
  }

  private static List<String> texts(JsonNode group) {
    List<String> texts = new ArrayList<>();
    group.forEach(element -> texts.add(SCALAR.expected(element)));
    return texts;
  }

  /** The form in which a record of a stream is compared. */
  static String actual(Object record) {
    if (record instanceof Pair<?, ?> pair) {
      return "(" + actual(pair.key()) + "," + actual(pair.value()) + ")";
    } else if (record instanceof Optional<?> side) {
      return side.isPresent() ? actual(side.get()) : "none";
    } else if (record instanceof Iterable<?> group) {
      List<String> texts = new ArrayList<>();
      group.forEach(element -> texts.add(actual(element)));
      return sorted(texts);
    }
    return String.valueOf(record);
  }

  private static String sorted(List<String> texts) {
    return texts.stream().sorted().toList().toString();
  }
}
