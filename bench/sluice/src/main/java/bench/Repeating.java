package bench;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import java.nio.ByteBuffer;

/** Stores the text again and again, as the bytes it is and as fast as they are taken. */
final class Repeating extends Receiver<String> {

  /** Lines that are stored at a time: what a source of a few million lines a second brings in some milliseconds. */
  private static final int LINES = Integer.getInteger("piece", 20_000);

  private static final int PIECE = LINES * Text.LINE_BYTES;

  private transient Thread thread;

  Repeating(StorageLevel level) {
    super(level);
  }

  @Override
  public void onStart() {
    byte[] bytes = Text.bytes();
    thread = new Thread(() -> {
      Given given = Given.from(0, Text.LINES);
      int at = 0;
      while (!isStopped() && !Given.isOver()) {
        store(ByteBuffer.wrap(bytes, at, PIECE));
        given.add(LINES);
        at = at + PIECE == bytes.length ? 0 : at + PIECE;
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void onStop() throws InterruptedException {
    thread.join();
  }
}
