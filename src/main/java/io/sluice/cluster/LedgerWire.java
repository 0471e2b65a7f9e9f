package io.sluice.cluster;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.sluice.batch.BlockId;
import io.sluice.block.DataChannel;
import io.sluice.block.DataNode;
import io.sluice.checkpoint.LedgerMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Carries what ledgers and their copies say to each other between data ports, since a log may be longer than an actor
 * message can be. What cannot be sent is lost: a ledger asks again. Thread-safe.
 */
final class LedgerWire implements DataChannel.Handler {

  /** A context of its own among the blocks, which no real context has. */
  private static final long CONTEXT = Long.MIN_VALUE;

  /** Made when the first message travels: a node that is alone has no use for it, and making it takes long. */
  private static final class Cbor {
    static final ObjectMapper MAPPER = CBORMapper.builder()
        .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
        .build();
  }

  /** A request, and the data address of whoever wants the answer. */
  record Question(LedgerMessage.Request request, String from) {}

  private final DataNode node;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Consumer<LedgerMessage.Answer>> askers = new ConcurrentHashMap<>();
  private volatile BiConsumer<LedgerMessage.Request, Consumer<LedgerMessage.Answer>> witness =
      (request, answer) -> {};

  LedgerWire(DataNode node) {
    this.node = node;
    node.take(CONTEXT, this);
  }

  /**
   * Says who answers requests on this node.
   *
   * @param answers is given each request and where its answer goes; called on any thread
   */
  void answer(BiConsumer<LedgerMessage.Request, Consumer<LedgerMessage.Answer>> answers) {
    witness = answers;
  }

  /** Says who hears the answers to what is asked under the number that this gives; called on any thread. */
  long ask(Consumer<LedgerMessage.Answer> heard) {
    long number = numbers.incrementAndGet();
    askers.put(number, heard);
    return number;
  }

  void forget(long number) {
    askers.remove(number);
  }

  /** Sends a request to the copy on a node. */
  void send(String address, long number, LedgerMessage.Request request) {
    if (address.equals(node.address())) {
      witness.accept(request, answer -> hear(number, answer));
    } else {
      put(address, BlockId.ledger(CONTEXT, false, number), new Question(request, node.address()));
    }
  }

  private void hear(long number, LedgerMessage.Answer answer) {
    Consumer<LedgerMessage.Answer> asker = askers.get(number);
    if (asker != null) {
      asker.accept(answer);
    }
  }

  private void put(String address, BlockId id, Object message) {
    try {
      Class<?> type =
          message instanceof LedgerMessage.Answer ? LedgerMessage.Answer.class : message.getClass();
      byte[] bytes = Cbor.MAPPER.writerFor(type).writeValueAsBytes(message);
      var unused = node.channel().put(address, id, bytes, 0);
    } catch (IOException defect) {
      throw new UncheckedIOException(defect);
    }
  }

  @Override
  public void onPut(BlockId id, byte[] bytes, long records) {
    try {
      if (id.isAnswer()) {
        hear(id.sequence(), Cbor.MAPPER.readValue(bytes, LedgerMessage.Answer.class));
      } else {
        Question question = Cbor.MAPPER.readValue(bytes, Question.class);
        witness.accept(
            question.request(),
            answer -> put(question.from(), BlockId.ledger(CONTEXT, true, id.sequence()), answer));
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public DataChannel.Payload onGet(BlockId id) {
    throw new IllegalArgumentException("Ledgers give no blocks, and " + id + " was asked for");
  }
}
