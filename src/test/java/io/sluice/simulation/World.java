package io.sluice.simulation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens, one thing after the other, in a time of its own. What is ready at the same time happens in an
 * order that follows from the seed.
 */
final class World {

  private static final int ODD_MESSAGES = 200;
  private static final int DOUBLED_FOR_EACH_LOST = 4;
  private static final long MAX_EVENTS = 200_000;

  private static final InheritableThreadLocal<@Nullable World> CURRENT =
      new InheritableThreadLocal<>();

  /** Hears what nodes do for each other, before it is done and when it is done. */
  interface Steps {
    void before(SimulatedNode node, String step);

    void after(SimulatedNode node, String step);
  }

  private static final int REMEMBERED = 80;

  private record Happened(long atMicros, @Nullable SimulatedNode node, String what) {
    @Override
    public String toString() {
      return atMicros / 1_000 + "." + atMicros % 1_000 / 100 + " " + node + " " + what;
    }
  }

  private record Event(
      long atMicros,
      long due,
      long order,
      @Nullable SimulatedNode node,
      String label,
      Runnable action) {}

  /** One way between two nodes: what is sent first arrives first. */
  private static final class Link {
    private final Deque<Runnable> held = new ArrayDeque<>();
    private long last;
  }

  private record Way(SimulatedNode from, SimulatedNode to, String lane) {}

  private final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atMicros)
          .thenComparingLong(Event::due)
          .thenComparingLong(Event::order));
  private final Map<Way, Link> links = new LinkedHashMap<>();
  private final Map<String, SimulatedNode> owners = new HashMap<>();
  private final Set<SimulatedNode> cutOff = new HashSet<>();
  private final Deque<Happened> last = new ArrayDeque<>();
  private final int remembered = Integer.getInteger("sluice.simulation.trace", REMEMBERED);
  private final List<Steps> steps = new ArrayList<>();
  private @Nullable SimulatedCluster cluster;
  private @Nullable String handled;
  private @Nullable SimulatedNode here;
  private @Nullable Throwable violation;
  private int slowness = 1;
  private boolean confused;
  private boolean over;
  private long now;
  private long order;
  private long hash = 17;
  private long count;

  World(long seed) {
    this.random = new Random(seed);
  }

  /** The one to which the calling thread belongs; null where the machine's time counts. */
  static @Nullable World current() {
    return CURRENT.get();
  }

  /** From now on the calling thread, and those that it makes, belong to this world. */
  void enter() {
    CURRENT.set(this);
  }

  void leave() {
    CURRENT.remove();
  }

  /** The nodes of the calling thread's world. */
  static SimulatedCluster cluster() {
    return requireNonNull(requireNonNull(current()).cluster);
  }

  void inhabit(SimulatedCluster nodes) {
    cluster = nodes;
  }

  void watch(Steps watcher) {
    steps.add(watcher);
  }

  /** A node is about to do something. */
  void before(SimulatedNode node, String step) {
    steps.forEach(watcher -> watcher.before(node, step));
  }

  /** A node has done something. */
  void after(SimulatedNode node, String step) {
    steps.forEach(watcher -> watcher.after(node, step));
  }

  /** What happens now handles a message. */
  void handling(String step) {
    handled = step;
  }

  Random random() {
    return random;
  }

  long nowMicros() {
    return now;
  }

  /** The node to which belongs what happens now. */
  @Nullable
  SimulatedNode here() {
    return here;
  }

  /** Says to which node an actor belongs that the system will make. */
  void own(String actor, SimulatedNode node) {
    owners.put(actor, node);
  }

  /** The node of an actor that the system makes. */
  @Nullable
  SimulatedNode owner(String actor) {
    return owners.get(actor);
  }

  /** Tells two histories apart. */
  long hash() {
    return hash;
  }

  long count() {
    return count;
  }

  /** What has happened last. */
  List<String> trace() {
    return last.stream().map(Happened::toString).toList();
  }

  private void remember(@Nullable SimulatedNode node, String what) {
    if (last.size() >= remembered) {
      last.removeFirst();
    }
    last.addLast(new Happened(now, node, what));
  }

  /** Adds to the history what else must be the same. */
  void note(String what) {
    hash = hash * 31 + what.hashCode();
    remember(here, what);
  }

  void violated(Throwable found) {
    if (violation == null) {
      violation = found;
    }
  }

  /** How much longer than usual messages take. */
  void slowness(int times) {
    slowness = times;
  }

  /** From now on some messages are lost, and some come twice. */
  void confuse() {
    confused = true;
  }

  /** How often a message arrives that may be lost, or come twice. */
  int copies() {
    int drawn = confused ? random.nextInt(ODD_MESSAGES) : ODD_MESSAGES;
    return drawn == 0 ? 0 : drawn <= DOUBLED_FOR_EACH_LOST ? 2 : 1;
  }

  void after(long micros, @Nullable SimulatedNode node, String label, Runnable action) {
    long at = now + micros;
    events.add(new Event(at, at, order++, node, label, action));
  }

  /** Soon, in an order that only the seed knows. */
  void soon(@Nullable SimulatedNode node, String label, Runnable action) {
    // What the actor system does for itself happens at once: it must not change what follows from
    // the seed.
    after(node == null ? 0 : random.nextInt(200), node, label, action);
  }

  /** Brings something from one node to another; nothing of a link is lost as long as both live. */
  void send(SimulatedNode from, SimulatedNode to, String lane, String label, Runnable delivery) {
    if (over || from.isDead() || to.isDead()) {
      return;
    }
    Link link = links.computeIfAbsent(new Way(from, to, lane), way -> new Link());
    Runnable arrival = new Runnable() {
      @Override
      public void run() {
        if (isCut(from, to)) {
          link.held.add(this);
        } else {
          delivery.run();
        }
      }
    };
    if (isCut(from, to)) {
      link.held.add(arrival);
    } else {
      travel(link, to, label, arrival);
    }
  }

  private void travel(Link link, SimulatedNode to, String label, Runnable arrival) {
    long usual = random.nextInt(random.nextInt(40) == 0 ? 40_000 : 1_500);
    long delay = 100 + usual * slowness;
    link.last = Math.max(link.last + 1, now + delay);
    after(link.last - now, to, label, arrival);
  }

  boolean isCut(SimulatedNode from, SimulatedNode to) {
    return cutOff.contains(from) != cutOff.contains(to);
  }

  /** These nodes reach each other and no other. */
  void cut(Set<SimulatedNode> nodes) {
    cutOff.addAll(nodes);
  }

  void heal() {
    cutOff.clear();
    links.forEach((way, link) -> {
      List<Runnable> waiting = List.copyOf(link.held);
      link.held.clear();
      waiting.forEach(arrival -> travel(link, way.to, "held " + way.lane, arrival));
    });
  }

  /** Lets time pass until then. */
  void run(long untilMicros) {
    while (!events.isEmpty() && events.element().atMicros <= untilMicros) {
      step();
    }
    now = Math.max(now, untilMicros);
  }

  /** Lets time pass until something is so; false if it is not by then. */
  boolean run(BooleanSupplier done, long untilMicros) {
    while (!done.getAsBoolean()) {
      if (events.isEmpty() || events.element().atMicros > untilMicros) {
        return false;
      }
      step();
    }
    return true;
  }

  private void step() {
    Event event = events.remove();
    now = Math.max(now, event.atMicros);
    SimulatedNode node = event.node;
    if (node != null && node.isDead()) {
      node.frozen().add(event.action);
      return;
    }
    if (node != null && node.pausedUntil() > now) {
      events.add(
          new Event(node.pausedUntil(), event.due, event.order, node, event.label, event.action));
      return;
    }
    if (node != null) {
      history(node, event.label);
    }
    perform(node, event.action);
    String done = handled;
    handled = null;
    if (done != null && node != null) {
      after(node, done);
    }
    if (violation != null) {
      throw new AssertionError("At " + now / 1000 + " ms: " + violation.getMessage(), violation);
    }
  }

  private void history(SimulatedNode node, String label) {
    if (++count > MAX_EVENTS) {
      throw new AssertionError("At " + now / 1000 + " ms: too much happens");
    }
    hash = (hash * 31 + now) * 31 + label.hashCode() + node.name().hashCode();
    remember(node, label);
  }

  private void perform(@Nullable SimulatedNode node, Runnable action) {
    here = node;
    try {
      action.run();
    } finally {
      here = null;
    }
  }

  /** Does at once what a node does. */
  void at(SimulatedNode node, Runnable action) {
    SimulatedNode before = here;
    here = node;
    try {
      action.run();
    } finally {
      here = before;
    }
  }

  /** Ends all that is left over: nothing is sent any more, and no time passes. */
  void end(List<SimulatedNode> nodes, Runnable stopAll) {
    over = true;
    List<Runnable> rest = new ArrayList<>();
    nodes.forEach(node -> rest.addAll(node.frozen()));
    events.clear();
    stopAll.run();
    rest.forEach(World::safely);
    while (!events.isEmpty()) {
      Event event = events.remove();
      here = event.node;
      safely(event.action);
      here = null;
    }
  }

  /** What fails at the end has no more effect. */
  private static void safely(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | AssertionError late) {
      // The run is judged already.
    }
  }

  boolean isOver() {
    return over;
  }
}
