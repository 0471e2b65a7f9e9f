package io.sluice.connector.file;

import io.sluice.api.Function;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/**
 * How records become the bytes of a file.
 *
 * @param line makes the line of a record, without its end
 * @param extension of the files, with its dot and without that of a compression
 * @param gzip whether files are compressed
 */
record LineFormat<T>(Function<? super T, String> line, String extension, boolean gzip)
    implements Serializable {

  private static final int BUFFER_BYTES = 16 << 10;

  byte[] bytes(T record) throws Exception {
    return (line.call(record) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** What names of files end with. */
  String suffix() {
    return gzip ? extension + ".gz" : extension;
  }

  OutputStream encoding(OutputStream file) throws IOException {
    return gzip ? new GZIPOutputStream(file, BUFFER_BYTES) : file;
  }
}
