package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Segment.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames to a sequence of files. Any thread may append; frames lie in the order of the calls.
 *
 * <p>Whatever is appended while the disk is busy is written and forced together. A writer that failed
 * once fails all that follows: what a file holds after a failed write is not known.
 */
public final class SegmentWriter implements AutoCloseable {

  private static final int GROUP_BYTES = 1 << 20;

  /** Where a frame lies. */
  public record Position(Path file, long offset) {}

  /**
   * How a writer writes.
   *
   * @param maxBytes a file that has reached this size is followed by another one
   * @param sync whether frames must outlive a loss of power, or only the end of the process
   */
  public record Settings(long maxBytes, boolean sync) {
    public Settings {
      if (maxBytes < 1) {
        throw new IllegalArgumentException(
            "The size of a segment must be positive, got " + maxBytes + " bytes.");
      }
    }
  }

  private record Waiting(Frame frame, boolean inNewFile, CompletableFuture<Position> safe) {}

  private final SegmentFiles files;
  private final IntFunction<Path> names;
  private final Settings settings;
  private final Runnable check;
  private final Executor executor;
  private final Object lock = new Object();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private boolean draining;
  private boolean closed;
  private @Nullable SluiceException failure;

  // Only the thread that drains touches these.
  private int number = 1;
  private Path file;
  private SegmentFiles.Output output;
  private long written;
  private ByteBuffer buffer = ByteBuffer.allocate(1 << 12);

  /**
   * Makes the first file.
   *
   * @param names the file of each number, from 1 on
   * @param check runs after each group of frames is safe and before their stages complete; what it
   *     throws fails the writer
   * @param executor runs what waits for the disk, one task at a time
   * @throws FileAlreadyExistsException if the first file exists
   * @throws SluiceException {@code CHECKPOINT_FAILED} if the file cannot be made
   */
  public static SegmentWriter create(
      SegmentFiles files,
      IntFunction<Path> names,
      Settings settings,
      Runnable check,
      Executor executor)
      throws FileAlreadyExistsException {
    Path first = names.apply(1);
    try {
      return new SegmentWriter(files, names, settings, check, executor, first);
    } catch (FileAlreadyExistsException taken) {
      throw taken;
    } catch (IOException cause) {
      throw cannotWrite(first, cause);
    }
  }

  private SegmentWriter(
      SegmentFiles files,
      IntFunction<Path> names,
      Settings settings,
      Runnable check,
      Executor executor,
      Path first)
      throws IOException {
    this.files = files;
    this.names = names;
    this.settings = settings;
    this.check = check;
    this.executor = executor;
    this.file = first;
    this.output = files.create(first);
    Segment.encodeHeader(buffer);
  }

  /**
   * Adds a frame.
   *
   * @return where it lies, when it is safe; fails with {@code CHECKPOINT_FAILED} if it cannot be
   *     written, and with what the check threw
   */
  public CompletionStage<Position> append(Frame frame) {
    return add(frame, false);
  }

  /** Adds a frame as the first one of a new file; see {@link #append}. */
  public CompletionStage<Position> appendInNewFile(Frame frame) {
    return add(frame, true);
  }

  private CompletionStage<Position> add(Frame frame, boolean inNewFile) {
    Waiting waiting = new Waiting(frame, inNewFile, new CompletableFuture<>());
    boolean start;
    synchronized (lock) {
      SluiceException failed = failure;
      if (failed != null) {
        return CompletableFuture.failedFuture(failed);
      }
      if (closed) {
        return CompletableFuture.failedFuture(new SluiceException(
            ErrorCode.CHECKPOINT_FAILED, "Nothing can be written to " + file + ": it was closed."));
      }
      queue.add(waiting);
      start = !draining;
      draining = true;
    }
    if (start) {
      executor.execute(this::drain);
    }
    return waiting.safe;
  }

  /** Closes the file when all that was appended before is written. */
  @Override
  public void close() {
    boolean start;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      start = !draining;
      draining = true;
    }
    if (start) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    List<Waiting> group = nextGroup();
    while (!group.isEmpty()) {
      write(group);
      group = nextGroup();
    }
  }

  private List<Waiting> nextGroup() {
    List<Waiting> group = new ArrayList<>();
    synchronized (lock) {
      long bytes = 0;
      while (!queue.isEmpty() && bytes < GROUP_BYTES) {
        Waiting next = queue.remove();
        bytes += next.frame.encodedBytes();
        group.add(next);
      }
      if (group.isEmpty()) {
        draining = false;
        if (closed) {
          closeQuietly();
        }
      }
    }
    return group;
  }

  private void write(List<Waiting> group) {
    List<Position> positions = new ArrayList<>();
    try {
      for (Waiting waiting : group) {
        positions.add(encode(waiting));
      }
      flush();
      check.run();
    } catch (IOException cause) {
      fail(group, cannotWrite(file, cause));
      return;
    } catch (SluiceException refused) {
      fail(group, refused);
      return;
    } catch (RuntimeException | OutOfMemoryError cause) {
      fail(group, cannotWrite(file, cause));
      return;
    }
    for (int index = 0; index < group.size(); index++) {
      group.get(index).safe.complete(positions.get(index));
    }
  }

  private Position encode(Waiting waiting) throws IOException {
    if (waiting.inNewFile || written + buffer.position() >= settings.maxBytes) {
      flush();
      output.close();
      number++;
      file = names.apply(number);
      output = files.create(file);
      written = 0;
      Segment.encodeHeader(buffer);
    }
    Position position = new Position(file, written + buffer.position());
    reserve(Math.toIntExact(waiting.frame.encodedBytes()));
    Segment.encode(waiting.frame, buffer);
    return position;
  }

  private void reserve(int bytes) {
    if (buffer.remaining() < bytes) {
      int needed = Math.addExact(buffer.position(), bytes);
      ByteBuffer larger = ByteBuffer.allocate(Math.max(needed, 2 * buffer.capacity()));
      larger.put(buffer.flip());
      buffer = larger;
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    written += buffer.remaining();
    output.write(buffer);
    // One large frame must not hold its memory for the life of the writer.
    buffer = buffer.capacity() > 2 * GROUP_BYTES ? ByteBuffer.allocate(1 << 12) : buffer.clear();
    if (settings.sync) {
      output.force();
    }
  }

  private void fail(List<Waiting> group, SluiceException cause) {
    List<Waiting> refused = new ArrayList<>(group);
    synchronized (lock) {
      failure = cause;
      refused.addAll(queue);
      queue.clear();
    }
    closeQuietly();
    refused.forEach(waiting -> waiting.safe.completeExceptionally(cause));
  }

  /** All that was promised is forced already; a failure here takes nothing back. */
  private void closeQuietly() {
    try {
      output.close();
    } catch (IOException ignored) {
      // The file descriptor is released in any case.
    }
  }

  static SluiceException cannotWrite(Path file, Throwable cause) {
    return new SluiceException(
        ErrorCode.CHECKPOINT_FAILED,
        "Checkpoint file "
            + file
            + " cannot be written: "
            + cause
            + ". Nothing more is written after a failure. Free space or give access there, or choose"
            + " another checkpoint directory, then start again.",
        cause);
  }
}
