package io.sluice.connector.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import org.jspecify.annotations.Nullable;

/** Records as JSON, one a line: line breaks in texts are escaped, and times are ISO 8601. */
final class JsonLines {

  private static final ObjectMapper JSON = JsonMapper.builder()
      .addModule(new JavaTimeModule())
      .addModule(new Jdk8Module())
      .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
      .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
      .build();

  private JsonLines() {}

  /** @throws SluiceException TASK_FAILED if Jackson does not know how to write it */
  static String of(@Nullable Object record) {
    try {
      return JSON.writeValueAsString(record);
    } catch (JsonProcessingException unwritable) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "A record of %s cannot be written as JSON: %s. Give it fields, accessors or annotations that Jackson knows, or map it before."
              .formatted(
                  record == null ? "null" : record.getClass().getName(),
                  unwritable.getOriginalMessage()),
          unwritable);
    }
  }
}
