package io.sluice.api;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A source that pushes: it runs on one worker and hands records to {@code store}.
 *
 * <p>{@link #onStart} and {@link #onStop} must return soon; a receiver that reads from a blocking source starts a daemon thread
 * in {@code onStart} that loops until {@link #isStopped()}. The object is serialized when the context starts and a fresh copy
 * is made for every start, on whichever worker; keep connections and threads in {@code transient} fields.
 *
 * <p>Records given to {@link #store(Object)} are put into blocks of a few milliseconds: fast, but what is not yet in a stored
 * block is lost with the node. {@link #store(Collection)} makes one block of its records and returns once the block is
 * stored and replicated: acknowledge the source then. {@link #store(Collection, long)} also records how far the source was
 * read, and a receiver that starts again (on any worker) reads on from {@link #position()}: nothing is lost and nothing counted twice.
 *
 * <p>All {@code store} methods block while the node's block store is full, or while the receiver is faster than its rate
 * ({@code sluice.rate}); that is how back-pressure reaches the source. They
 * may be called from any thread.
 */
public abstract class Receiver<T> implements Serializable {

  private static final long serialVersionUID = 1L;

  private final StorageLevel storageLevel;

  private transient @Nullable Supervisor supervisor;

  /** A receiver whose blocks are kept in memory, then disk, encoded, in two copies where there are two nodes. */
  protected Receiver() {
    this(StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  protected Receiver(StorageLevel storageLevel) {
    this.storageLevel = storageLevel;
  }

  /** Begins to receive. Must not block; an exception makes the receiver restart after its back-off. */
  public abstract void onStart() throws Exception;

  /** Ends what {@link #onStart} began; threads should end on their own once {@link #isStopped()}. */
  public abstract void onStop() throws Exception;

  /** Where to run, as a host name; empty for any worker. */
  public Optional<String> preferredLocation() {
    return Optional.empty();
  }

  public final StorageLevel storageLevel() {
    return storageLevel;
  }

  /** Adds one record to the block being built. Returns at once unless the block store is full or the rate is reached. */
  public final void store(T record) {
    supervisor().store(record);
  }

  /** Stores the records as one block and returns when it is stored and replicated, and the driver knows of it. */
  public final void store(Collection<? extends T> records) {
    supervisor().storeBlock(copy(records.iterator()), OptionalLong.empty());
  }

  /** As {@link #store(Collection)}, of all records that the iterator gives. */
  public final void store(Iterator<? extends T> records) {
    supervisor().storeBlock(copy(records), OptionalLong.empty());
  }

  /**
   * As {@link #store(Collection)}, together with the source position after the last record, at which another run of this
   * receiver can go on.
   */
  public final void store(Collection<? extends T> records, long position) {
    supervisor().storeBlock(copy(records.iterator()), OptionalLong.of(position));
  }

  /**
   * Stores bytes in the stream's own format (for a text stream: whole lines, each ended by a line feed) as part of the block
   * being built. The bytes are copied.
   */
  public final void store(ByteBuffer bytes) {
    supervisor().storeBytes(bytes);
  }

  /**
   * Stores records that are encoded already, as {@code RawBlockWriter} encodes a block, and returns when they are stored and
   * replicated, and the driver knows of them. Only the tasks that read them find out whether the encoding is right. The bytes are copied.
   *
   * @param records how many there are
   */
  protected final void storeEncoded(ByteBuffer bytes, int records) {
    supervisor().storeEncoded(bytes, records);
  }

  private static <R> List<R> copy(Iterator<R> records) {
    List<R> all = new ArrayList<>();
    records.forEachRemaining(all::add);
    return Collections.unmodifiableList(all);
  }

  /** The last position stored by this or an earlier run of this receiver, on any worker. */
  public final OptionalLong position() {
    return supervisor().position();
  }

  /** Stops this run and starts a new one after the back-off. Returns at once. */
  public final void restart(String reason) {
    restart(reason, null);
  }

  /** As {@link #restart(String)}, with the cause. */
  public final void restart(String reason, @Nullable Throwable cause) {
    supervisor().restart(reason, cause, null);
  }

  /**
   * As {@link #restart(String, Throwable)}, after a time of the receiver's own choice.
   *
   * @throws IllegalArgumentException if the delay is negative
   */
  public final void restart(String reason, @Nullable Throwable cause, Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException(
          "A receiver starts again after a delay that is not negative, got " + delay + ".");
    }
    supervisor().restart(reason, cause, delay);
  }

  /** Ends this receiver for good. */
  public final void stop(String reason) {
    supervisor().stop(reason);
  }

  /** As {@link #stop(String)}, and reports why. */
  public final void stop(String reason, Throwable cause) {
    supervisor().reportError(reason, cause);
    supervisor().stop(reason);
  }

  /** Reports an error without stopping. */
  public final void reportError(String message, @Nullable Throwable cause) {
    supervisor().reportError(message, cause);
  }

  /** True once this run should end. */
  public final boolean isStopped() {
    return supervisor().isStopped();
  }

  /** Called by the engine before {@link #onStart}. */
  public final void attach(Supervisor supervisor) {
    this.supervisor = supervisor;
  }

  private Supervisor supervisor() {
    Supervisor current = supervisor;
    if (current == null) {
      throw new IllegalStateException("Receiver " + getClass().getName()
          + " is not running; store and the other methods may be called from onStart on.");
    }
    return current;
  }

  /** What a running receiver can ask of the engine; a test may attach its own. */
  public interface Supervisor {
    void store(Object record);

    void storeBlock(List<?> records, OptionalLong position);

    void storeBytes(ByteBuffer bytes);

    void storeEncoded(ByteBuffer bytes, int records);

    OptionalLong position();

    void restart(String reason, @Nullable Throwable cause, @Nullable Duration delay);

    void stop(String reason);

    void reportError(String message, @Nullable Throwable cause);

    boolean isStopped();
  }
}
