package io.sluice.receiver;

import akka.actor.typed.ActorSystem;
import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.block.RecordCodec;
import org.jspecify.annotations.Nullable;

/** A receiver that uses the actor system of the node it runs on, and the codec of its context. */
public abstract class SystemReceiver<T> extends Receiver<T> {

  private static final long serialVersionUID = 1L;

  private transient @Nullable ActorSystem<?> system;
  private transient @Nullable RecordCodec codec;

  protected SystemReceiver(StorageLevel level) {
    super(level);
  }

  final void runOn(ActorSystem<?> node, RecordCodec records) {
    system = node;
    codec = records;
  }

  protected final ActorSystem<?> system() {
    return running(system);
  }

  /** Knows the program's classes. */
  protected final RecordCodec codec() {
    return running(codec);
  }

  private <V> V running(@Nullable V value) {
    if (value == null) {
      throw new IllegalStateException("Receiver " + getClass().getName() + " is not running.");
    }
    return value;
  }
}
