package io.sluice.block;

import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/**
 * Stands where Fory would make a lambda or a proxy of what it reads. It asks nobody whether their classes are allowed, and a sorted
 * collection calls its comparator while it is still being read.
 */
final class CodeRefusal<T> extends Serializer<T> {

  CodeRefusal(Config config, Class<T> type) {
    super(config, type);
  }

  @Override
  public void write(WriteContext context, T value) {
    throw refused();
  }

  @Override
  public T read(ReadContext context) {
    throw refused();
  }

  private static UnsupportedOperationException refused() {
    return new UnsupportedOperationException("a lambda or a proxy is code, not data");
  }
}
