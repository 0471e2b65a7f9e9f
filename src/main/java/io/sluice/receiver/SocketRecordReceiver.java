package io.sluice.receiver;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Function;
import io.sluice.api.StorageLevel;
import java.io.InputStream;
import java.util.Iterator;

/** Reads from a TCP server what a function of the program makes of the bytes. */
public final class SocketRecordReceiver<T> extends SocketReceiver<T> {

  private static final long serialVersionUID = 1L;

  private final Function<InputStream, Iterator<T>> converter;

  public SocketRecordReceiver(
      String host, int port, Function<InputStream, Iterator<T>> converter, StorageLevel level) {
    super(host, port, level);
    this.converter = requireNonNull(
        converter, "Converter is null; give a function that makes records of an InputStream.");
  }

  @Override
  void storeAll(InputStream in) throws Exception {
    Iterator<T> records = converter.call(in);
    while (!isStopped() && records.hasNext()) {
      store(records.next());
    }
  }
}
