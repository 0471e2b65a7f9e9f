package io.sluice.connector.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's side of one WebSocket, as far as tests need it (RFC 6455). */
final class WebSocketServer {

  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: *(\\S+)");
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** A frame of the client, without its mask. */
  record Frame(int opcode, String text) {}

  private final ScriptServer.Client client;

  private WebSocketServer(ScriptServer.Client client) {
    this.client = client;
  }

  /** Accepts the handshake. */
  static WebSocketServer accept(ScriptServer.Client client, String... headers) throws Exception {
    Matcher key = KEY.matcher(client.request());
    if (!key.find()) {
      throw new IOException("no handshake");
    }
    byte[] hash = MessageDigest.getInstance("SHA-1")
        .digest((key.group(1) + MAGIC).getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n")
        .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
        .append(Base64.getEncoder().encodeToString(hash));
    for (String header : headers) {
      answer.append("\r\n").append(header);
    }
    client.send(answer.append("\r\n\r\n").toString());
    return new WebSocketServer(client);
  }

  void text(String message) throws IOException {
    frame(TEXT, true, message.getBytes(StandardCharsets.UTF_8));
  }

  void close(int status) throws IOException {
    frame(CLOSE, true, ByteBuffer.allocate(2).putShort((short) status).array());
  }

  void frame(int opcode, boolean last, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write((last ? 0x80 : 0) | opcode);
    if (payload.length < 126) {
      frame.write(payload.length);
    } else {
      frame.write(126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(payload);
    client.send(frame.toByteArray());
  }

  /** The next frame of the client, after waiting for it. */
  Frame read() throws IOException {
    DataInputStream in = new DataInputStream(client.socket().getInputStream());
    int opcode = in.readUnsignedByte() & 0x0F;
    int length = in.readUnsignedByte() & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    }
    byte[] mask = in.readNBytes(4);
    byte[] payload = in.readNBytes(length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return new Frame(opcode, new String(payload, StandardCharsets.UTF_8));
  }

  void awaitEnd() throws IOException {
    client.awaitEnd();
  }
}
