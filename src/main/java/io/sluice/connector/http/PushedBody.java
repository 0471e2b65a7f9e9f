package io.sluice.connector.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a request, within bounds that also hold for what a compressed body becomes. */
final class PushedBody {

  private static final int PIECE = 16 * 1024;

  /** A request that cannot be taken, with the status that says so. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String reason) {
      super(reason);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private final int maxBytes;
  private final LongPredicate room;
  private long read;

  /**
   * @param room whether so many bytes more have room beside what other requests have; asked before they are kept
   */
  PushedBody(int maxBytes, LongPredicate room) {
    this.maxBytes = maxBytes;
    this.room = room;
  }

  /** For how many bytes room was taken. */
  long read() {
    return read;
  }

  /**
   * The lines that are not blank.
   *
   * @param length as the request tells it; null if it does not
   * @param encoding of its content; null for none
   * @throws IOException if the client is gone
   */
  List<String> lines(
      InputStream body, @Nullable String length, @Nullable String encoding, @Nullable String type)
      throws IOException, Refused {
    if (length != null && length.matches("\\d{1,18}") && Long.parseLong(length) > maxBytes) {
      throw tooLarge();
    }
    requireUtf8(type);
    return split(decoded(bytes(body, encoding)));
  }

  private byte[] bytes(InputStream body, @Nullable String encoding) throws IOException, Refused {
    String coding = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
    return switch (coding) {
      case "identity" -> all(body);
      case "gzip", "x-gzip" -> unpacked(body);
      default ->
        throw new Refused(
            415, "Content-Encoding '" + coding + "' is not known. Send gzip, or leave it out.");
    };
  }

  private byte[] unpacked(InputStream body) throws IOException, Refused {
    try {
      return all(new GZIPInputStream(body, PIECE));
    } catch (ZipException | EOFException malformed) {
      throw new Refused(400, "The body is no whole gzip data: " + malformed.getMessage() + ".");
    }
  }

  private byte[] all(InputStream in) throws IOException, Refused {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] piece = new byte[PIECE];
    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
      if (bytes.size() + count > maxBytes) {
        throw tooLarge();
      }
      if (!room.test(count)) {
        throw new Refused(
            503, "Too much is waiting to be stored. Nothing was stored; send it again later.");
      }
      read += count;
      bytes.write(piece, 0, count);
    }
    return bytes.toByteArray();
  }

  private Refused tooLarge() {
    return new Refused(
        413,
        "A request may have at most " + maxBytes
            + " bytes, unpacked. Nothing was stored; send the lines in more requests.");
  }

  private static void requireUtf8(@Nullable String type) throws Refused {
    String lower = type == null ? "" : type.toLowerCase(Locale.ROOT);
    int charset = lower.indexOf("charset=");
    if (charset >= 0 && !lower.substring(charset).matches("charset=\"?(utf-?8|us-ascii).*")) {
      throw new Refused(415, "Lines must be UTF-8, got '" + type + "'.");
    }
  }

  private static String decoded(byte[] bytes) throws Refused {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      throw new Refused(400, "The body is no UTF-8. Nothing was stored.");
    }
  }

  private static List<String> split(String text) {
    List<String> lines = new ArrayList<>();
    String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
    unmarked.lines().filter(line -> !line.isBlank()).forEach(lines::add);
    return lines;
  }
}
