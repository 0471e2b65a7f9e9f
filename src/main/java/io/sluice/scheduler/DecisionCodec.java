package io.sluice.scheduler;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;

/** Writes decisions as CBOR. Properties that a reader does not know are skipped, so that a later version can add some. */
final class DecisionCodec {

  private static final ObjectMapper MAPPER = CBORMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
      .build();

  private DecisionCodec() {}

  static byte[] encode(Object decision) {
    try {
      return MAPPER.writerFor(type(decision)).writeValueAsBytes(decision);
    } catch (JsonProcessingException defect) {
      throw new SluiceException(
          ErrorCode.INTERNAL, "A decision cannot be written: " + defect.getMessage(), defect);
    }
  }

  static Decision decision(byte[] bytes) {
    return read(bytes, Decision.class);
  }

  static Decision.Snapshot snapshot(byte[] bytes) {
    return read(bytes, Decision.Snapshot.class);
  }

  private static Class<?> type(Object decision) {
    return decision instanceof Decision ? Decision.class : decision.getClass();
  }

  private static <V> V read(byte[] bytes, Class<V> type) {
    try {
      return MAPPER.readValue(bytes, type);
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "The ledger holds something that is no decision of this version of Sluice: "
              + unreadable.getMessage()
              + ". Run the version that wrote it, or begin with an empty ledger.",
          unreadable);
    }
  }
}
