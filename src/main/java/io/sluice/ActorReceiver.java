package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import io.sluice.api.StorageLevel;
import io.sluice.receiver.SystemReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Stores what senders tell the actor of a stream: whatever waits while a block is being stored goes into the next. */
final class ActorReceiver<T> extends SystemReceiver<T> {

  private static final long serialVersionUID = 1L;
  private static final int MAX_BLOCK_RECORDS = 10_000;
  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private final String context;
  private final String stream;
  private transient @Nullable ActorRef<ActorStream.Message<T>> ingress;
  private transient @Nullable Thread storing;

  ActorReceiver(String context, String stream, StorageLevel level) {
    super(requireNonNull(level, "Storage level is null; give one, or leave it out."));
    this.context = context;
    this.stream = stream;
  }

  @Override
  public void onStart() {
    BlockingQueue<ActorStream.Message<T>> waiting = new LinkedBlockingQueue<>();
    ingress = system()
        .systemActorOf(
            ActorIngress.create(
                ActorStream.key(context, stream),
                waiting,
                reason ->
                    reportError("A stream that sends to '" + stream + "' failed: " + reason, null)),
            "sluice-stream-%s-%s-%x".formatted(context, stream, System.nanoTime()),
            Props.empty());
    Thread thread = new Thread(() -> storeUntilEnd(waiting), "sluice-actor-stream-" + stream);
    thread.setDaemon(true);
    thread.start();
    storing = thread;
  }

  /** What was taken is stored, and answered, before the receiver ends. */
  @Override
  public void onStop() throws InterruptedException {
    ActorRef<ActorStream.Message<T>> actor = ingress;
    Thread thread = storing;
    if (actor != null && thread != null) {
      actor.tell(new ActorStream.End<>());
      thread.join(STOP_MILLIS);
    }
  }

  private void storeUntilEnd(BlockingQueue<ActorStream.Message<T>> waiting) {
    try {
      for (Group<T> group = next(waiting); ; group = next(waiting)) {
        storeAll(group);
        if (group.last) {
          return;
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** What goes into one block. */
  private static final class Group<R> {
    private final List<R> records = new ArrayList<>();
    private final List<ActorRef<ActorStream.Reply>> senders = new ArrayList<>();
    private boolean last;
  }

  private Group<T> next(BlockingQueue<ActorStream.Message<T>> waiting) throws InterruptedException {
    Group<T> group = new Group<>();
    ActorStream.Message<T> message = waiting.take();
    while (message != null) {
      add(message, group);
      message = group.last || group.records.size() >= MAX_BLOCK_RECORDS ? null : waiting.poll();
    }
    return group;
  }

  private void add(ActorStream.Message<T> message, Group<T> group) {
    if (message instanceof ActorStream.Records<T> records) {
      group.records.addAll(records.records());
      group.senders.add(records.replyTo());
    } else if (message instanceof ActorStream.Encoded<T> encoded) {
      try {
        codec()
            .decode(encoded.bytes())
            .forEach(record -> group.records.add(Functions.cast(record)));
        group.senders.add(encoded.replyTo());
      } catch (RuntimeException damaged) {
        encoded.replyTo().tell(new ActorStream.Refused(String.valueOf(damaged.getMessage())));
      }
    } else {
      group.last = true;
    }
  }

  private void storeAll(Group<T> group) {
    try {
      if (!group.records.isEmpty()) {
        store(group.records);
      }
      group.senders.forEach(sender -> sender.tell(new ActorStream.Stored()));
    } catch (RuntimeException failure) {
      group.senders.forEach(sender -> sender.tell(new ActorStream.Refused(
          "Stream '" + stream + "' could not store the records: " + failure.getMessage())));
      restart("Records could not be stored", failure);
    }
  }
}
