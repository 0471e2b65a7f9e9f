package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.plan.StageSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/** Writes stages for workers. Only plan classes are read back; the functions inside stay bytes until a task loads them. */
public final class StageCodec {

  private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(
      "maxdepth=64;io.sluice.plan.*;java.util.CollSer;java.util.ImmutableCollections$*;"
          + "io.sluice.api.StorageLevel;java.lang.Enum;java.lang.Object;java.lang.Number;java.lang.Integer;java.lang.String;java.lang.Record;!*");

  private StageCodec() {}

  public static byte[] encode(StageSpec spec) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(spec);
    } catch (IOException failure) {
      throw new SluiceException(ErrorCode.INTERNAL, "A stage cannot be written", failure);
    }
    return bytes.toByteArray();
  }

  static StageSpec decode(byte[] bytes) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      in.setObjectInputFilter(FILTER);
      return (StageSpec) in.readObject();
    } catch (IOException | ClassNotFoundException failure) {
      throw new SluiceException(
          ErrorCode.ACCESS_DENIED, "A stage was refused: " + failure, failure);
    }
  }
}
