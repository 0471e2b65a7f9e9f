package io.sluice;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.cluster.Succession;
import io.sluice.cluster.TravellingProgram;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program with all that its functions on the driver refer to, so that another node can go on with it. References to
 * the context become references to the context on that node.
 */
final class PortableProgram implements TravellingProgram {

  private static final long serialVersionUID = 1L;

  /** Stands for the context. */
  private record TheContext() implements Serializable {}

  private record ACounter(String name) implements Serializable {}

  private record ABroadcast(int number) implements Serializable {}

  /**
   * What the program is called, and what must not change when it goes on.
   *
   * @param lastNode the highest number given to a node of its graph
   * @param settings those of the program, as text
   * @param checkpoint the directory in which the context is kept; empty for none
   */
  record Identity(
      long id,
      String name,
      long startedMillis,
      long intervalMillis,
      int partitions,
      int lastNode,
      String settings,
      String checkpoint)
      implements Serializable {}

  private final Identity identity;
  private final byte[] draft;
  private final Map<Integer, List<byte[]>> literals;
  private final List<DriverData.Shared> broadcasts;

  private PortableProgram(
      Identity identity,
      byte[] draft,
      Map<Integer, List<byte[]>> literals,
      List<DriverData.Shared> broadcasts) {
    this.identity = identity;
    this.draft = draft;
    this.literals = literals;
    this.broadcasts = broadcasts;
  }

  /**
   * Writes a program down.
   *
   * @throws IOException if one of its functions refers to something that cannot travel; the message names it
   */
  static PortableProgram of(Identity identity, ProgramDraft draft, Engine engine)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Map<Integer, List<byte[]>> literals = new HashMap<>();
    try (DraftOutput out = new DraftOutput(bytes)) {
      out.writeObject(draft);
      out.literals.forEach(literal -> literals.put(literal.id(), engine.data().literal(literal)));
    }
    return new PortableProgram(
        identity, bytes.toByteArray(), literals, engine.data().shared());
  }

  private static final class DraftOutput extends ObjectOutputStream {
    private final List<Node.Literal> literals = new ArrayList<>();

    DraftOutput(ByteArrayOutputStream bytes) throws IOException {
      super(bytes);
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object object) {
      if (object instanceof StreamingContext) {
        return new TheContext();
      } else if (object instanceof Counter counter) {
        return new ACounter(counter.name());
      } else if (object instanceof Broadcast<?> broadcast) {
        return new ABroadcast(broadcast.number());
      } else if (object instanceof Node.Literal literal) {
        literals.add(literal);
      }
      return object;
    }
  }

  /** The settings that go with a program; all others are those of the node on which it runs. */
  static String settings(Config config) {
    return config
        .withOnlyPath("sluice.batch")
        .withFallback(config.withOnlyPath("sluice.receiver"))
        .withFallback(config.withOnlyPath("sluice.rate"))
        .withFallback(config.withOnlyPath("sluice.task.max-attempts"))
        .withFallback(config.withOnlyPath("sluice.task.on-failure"))
        .withFallback(config.withOnlyPath("sluice.task.dead-letter-directory"))
        .withFallback(config.withOnlyPath("sluice.checkpoint"))
        .root()
        .render(ConfigRenderOptions.concise());
  }

  /** The configuration of a program that goes on with its settings on another node. */
  static Config on(Config node, String settings) {
    return ConfigFactory.parseString(settings).withFallback(node);
  }

  @Override
  public void goOn(Succession succession) {
    Config config = on(succession.config(), identity.settings);
    Engine engine = Engine.goingOn(identity, succession, config);
    literals.forEach(engine.data()::putLiteral);
    broadcasts.forEach(engine.data()::put);
    StreamingContext context = new StreamingContext(identity, config, engine);
    try {
      Object read = Closure.read(draft, succession.loader(), object -> resolve(object, context));
      if (read instanceof ProgramDraft program) {
        context.goOn(program);
      }
    } catch (IOException | ClassNotFoundException unreadable) {
      throw unreadable("cannot go on here", unreadable);
    }
  }

  /** Makes it the program of another context in the same process, which has none. */
  void into(StreamingContext context, Engine engine, ClassLoader loader) {
    literals.forEach(engine.data()::putLiteral);
    broadcasts.forEach(engine.data()::put);
    try {
      Object read = Closure.read(draft, loader, object -> resolve(object, context));
      if (read instanceof ProgramDraft program) {
        context.take(program, identity.lastNode);
      }
    } catch (IOException | ClassNotFoundException unreadable) {
      throw unreadable("cannot run aside", unreadable);
    }
  }

  private SluiceException unreadable(String what, Exception cause) {
    return new SluiceException(
        ErrorCode.PLAN_INVALID,
        "Context '%s' %s: its program cannot be read: %s".formatted(identity.name, what, cause),
        cause);
  }

  private static Object resolve(Object read, StreamingContext context) {
    if (read instanceof TheContext) {
      return context;
    } else if (read instanceof ACounter counter) {
      return context.counter(counter.name);
    } else if (read instanceof ABroadcast broadcast) {
      return context.broadcastOf(broadcast.number);
    }
    return read;
  }
}
