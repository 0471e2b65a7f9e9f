package io.sluice.dashboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** Records of programs in JSON: numbers, texts and truth values as such, objects as JSON where they can be, or else as their text. */
final class RecordView {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RecordView() {}

  static @Nullable Object of(@Nullable Object value) {
    if (value == null
        || value instanceof Number
        || value instanceof String
        || value instanceof Boolean) {
      return value;
    }
    try {
      return JSON.valueToTree(value);
    } catch (IllegalArgumentException notJson) {
      return value.toString();
    }
  }
}
