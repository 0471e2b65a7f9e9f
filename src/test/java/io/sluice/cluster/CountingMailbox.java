package io.sluice.cluster;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.WrappedMessage;
import akka.dispatch.Envelope;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.ProducesMessageQueue;
import akka.dispatch.UnboundedMailbox;
import com.typesafe.config.Config;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import scala.Option;

/** Counts what drivers and workers say to each other, by kind. Named by the configuration of a test's actor system. */
public final class CountingMailbox
    implements MailboxType, ProducesMessageQueue<UnboundedMailbox.MessageQueue> {

  private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

  /** Called by Akka. */
  public CountingMailbox(ActorSystem.Settings settings, Config config) {}

  /** How often each kind was sent since the last call. */
  static Map<String, Long> take() {
    Map<String, Long> taken = new TreeMap<>();
    COUNTS.forEach((kind, count) -> {
      long sum = count.sumThenReset();
      if (sum > 0) {
        taken.put(kind, sum);
      }
    });
    return taken;
  }

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    return new UnboundedMailbox.MessageQueue() {
      @Override
      public void enqueue(ActorRef receiver, Envelope envelope) {
        count(envelope.message());
        super.enqueue(receiver, envelope);
      }
    };
  }

  private static void count(Object message) {
    if (message instanceof WrappedMessage wrapped) {
      Object inner = wrapped.message();
      if (inner != null) {
        count(inner);
      }
    } else if (message instanceof WorkerCommand.Numbered numbered) {
      count(numbered.command());
    } else if (message instanceof WorkerEvent.Numbered numbered) {
      count(numbered.event());
    } else if ((message instanceof WorkerCommand && !(message instanceof WorkerCommand.Own))
        || message instanceof WorkerEvent) {
      COUNTS
          .computeIfAbsent(message.getClass().getSimpleName(), kind -> new LongAdder())
          .increment();
    }
  }
}
