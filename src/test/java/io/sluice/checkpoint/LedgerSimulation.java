package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Ledger.Opened;
import io.sluice.checkpoint.LedgerMessage.Answer;
import io.sluice.checkpoint.LedgerMessage.Append;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Open;
import io.sluice.checkpoint.LedgerMessage.Promised;
import io.sluice.checkpoint.LedgerMessage.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Drivers that compete for one ledger, on replicas that are killed, over a network that does what it likes. All of
 * it follows from the seed, in a time of its own.
 */
final class LedgerSimulation {

  /** What is built in wrongly, to show that it is found. */
  enum Flaw {
    NONE,
    /** A replica that was started again passes for the one before it. */
    RESTARTED_REPLICA_COUNTS,
    /** A replica forgets which epoch it promised. */
    PROMISE_IS_FORGOTTEN,
    /** One replica that holds an item is taken for a majority. */
    MINORITY_COUNTS
  }

  private static final String CONTEXT = "simulated";
  private static final long END_MILLIS = 4_000;
  private static final long RESEND_MILLIS = 40;

  private record Event(long atMillis, long order, Runnable action) {}

  /** A node, with the replica it has now. */
  private final class Node {
    private final String address;
    private long incarnation = 1;
    private LedgerReplica replica;

    Node(String address) {
      this.address = address;
      this.replica = new LedgerReplica(CONTEXT, address, incarnation);
    }

    void restart() {
      restarted.add(address);
      if (flaw != Flaw.RESTARTED_REPLICA_COUNTS) {
        incarnation++;
      }
      replica = new LedgerReplica(CONTEXT, address, incarnation);
    }

    void receive(Request request, Driver driver) {
      if (flaw == Flaw.PROMISE_IS_FORGOTTEN && request instanceof Append) {
        forgetPromise();
      }
      replica.handle(request).ifPresent(answer -> {
        network(address, driver.name, () -> driver.receive(answer));
        if (flaw == Flaw.MINORITY_COUNTS && answer instanceof Appended appended) {
          nodes.forEach(node -> driver.receive(new Appended(
              CONTEXT,
              new Member(node.address, node.incarnation),
              appended.epoch(),
              appended.length())));
        }
      });
    }

    private void forgetPromise() {
      Member self = new Member(address, incarnation);
      Answer answer = replica
          .handle(new Open(CONTEXT, self, new Epoch(Long.MAX_VALUE, "nobody")))
          .orElseThrow();
      Promised kept = (Promised) answer;
      replica = new LedgerReplica(CONTEXT, address, incarnation);
      long first = kept.reach().length() - kept.items().size();
      replica.handle(new Append(CONTEXT, self, kept.reach().epoch(), first, kept.items()));
    }
  }

  /** A driver: opens an epoch, then writes numbered entries until it is killed or sealed. */
  private final class Driver {
    private final String name;
    private final MajorityLedger ledger;
    private final List<Integer> history = new ArrayList<>();
    private final boolean creates = !exists;
    private boolean alive = true;
    private long epoch;

    Driver(String name) {
      this.name = name;
      List<String> addresses = nodes.stream().map(node -> node.address).toList();
      this.ledger = creates
          ? MajorityLedger.create(
              CONTEXT, name, addresses.subList(0, founders), this::send, RESEND_MILLIS)
          : MajorityLedger.takeOver(CONTEXT, name, addresses, this::send, RESEND_MILLIS);
    }

    void start() {
      on(ledger.open(), this::opened);
      tick();
    }

    private void send(String address, Request request) {
      Node node =
          nodes.stream().filter(it -> it.address.equals(address)).findFirst().orElseThrow();
      network(name, address, () -> node.receive(request, this));
    }

    void receive(Answer answer) {
      if (alive) {
        ledger.receive(answer, now);
      }
    }

    private void tick() {
      if (alive) {
        ledger.tick(now);
        after(10 + random.nextInt(10), this::tick);
      }
    }

    private void opened(Opened opened) {
      exists = true;
      epoch = opened.epoch();
      opened.snapshot().ifPresent(state -> history.addAll(numbers(state)));
      opened.entries().forEach(entry -> history.addAll(numbers(entry)));
      oracle.opened(epoch, history);
      acknowledge(ledger.snapshot(bytes(history)));
      after(random.nextInt(30), this::act);
    }

    private void act() {
      if (!alive) {
        return;
      }
      int choice = random.nextInt(20);
      if (choice == 0) {
        acknowledge(ledger.snapshot(bytes(history)));
      } else if (choice == 1) {
        changeMembers();
      } else if (choice == 2) {
        ledger.cancelAddition(nodes.get(random.nextInt(nodes.size())).address);
      } else {
        history.add(next++);
        acknowledge(ledger.append(bytes(history.subList(history.size() - 1, history.size()))));
      }
      after(random.nextInt(40), this::act);
    }

    private void changeMembers() {
      String address = nodes.get(random.nextInt(nodes.size())).address;
      List<String> gone = ledger.members().stream().filter(restarted::contains).toList();
      if (!gone.isEmpty()) {
        address = gone.get(0);
        restarted.remove(address);
        watch(ledger.removeMember(address));
        watch(ledger.addMember(address));
      } else if (ledger.members().contains(address)) {
        watch(ledger.removeMember(address));
      } else {
        watch(ledger.addMember(address));
      }
    }

    private void watch(CompletionStage<Void> change) {
      on(change, nothing -> changes++);
    }

    private void acknowledge(CompletionStage<Void> stage) {
      List<Integer> upTo = List.copyOf(history);
      on(stage, nothing -> oracle.acknowledged(epoch, upTo));
    }

    /** What is thrown in a stage ends up in another stage, so it is kept for the loop to see. */
    private <T> void on(CompletionStage<T> stage, Consumer<T> action) {
      stage.whenComplete((value, cause) -> {
        try {
          if (cause == null) {
            action.accept(value);
          } else if (!(cause instanceof IllegalArgumentException)
              && !(cause instanceof CancellationException)) {
            failed(cause);
          }
        } catch (RuntimeException | AssertionError found) {
          violation = found;
        }
      });
    }

    private void failed(Throwable cause) {
      assertThat(cause).isInstanceOf(SluiceException.class);
      ErrorCode code = ((SluiceException) cause).code();
      assertThat(code)
          .isIn(ErrorCode.EPOCH_SEALED, ErrorCode.CONTEXT_NAME_TAKEN, ErrorCode.CONTEXT_STOPPED);
      exists |= code == ErrorCode.CONTEXT_NAME_TAKEN;
      alive = false;
    }

    void kill() {
      alive = false;
    }
  }

  private final Flaw flaw;
  private final Random random;
  private final LedgerOracle oracle = new LedgerOracle();
  private final PriorityQueue<Event> events = new PriorityQueue<>(
      Comparator.comparingLong(Event::atMillis).thenComparingLong(Event::order));
  private final List<Node> nodes;
  private final List<Driver> drivers = new ArrayList<>();
  private final Set<String> cutOff = new HashSet<>();
  private final Set<String> restarted = new HashSet<>();
  private final int founders;
  private final double loss;
  private final int restartMillis;
  private @Nullable Throwable violation;
  private boolean exists;
  private int next;
  private int changes;
  private long now;
  private long order;

  LedgerSimulation(long seed, Flaw flaw) {
    this.flaw = flaw;
    this.random = new Random(seed);
    this.founders = 3 + random.nextInt(3);
    this.nodes = IntStream.range(0, founders + random.nextInt(2))
        .mapToObj(number -> new Node("n" + number))
        .toList();
    this.loss = random.nextInt(3) * 0.1;
    this.restartMillis = 200 << random.nextInt(4);
  }

  /** Runs to the end; fails where the oracle does. */
  LedgerOracle run() {
    newDriver();
    after(random.nextInt(30), this::newDriver);
    after(random.nextInt(restartMillis), this::restartNode);
    after(random.nextInt(500), this::partition);
    while (!events.isEmpty() && now < END_MILLIS) {
      Event event = events.remove();
      now = event.atMillis;
      event.action.run();
      if (violation != null) {
        throw new AssertionError("At " + now + " ms", violation);
      }
    }
    return oracle;
  }

  int changes() {
    return changes;
  }

  private void newDriver() {
    Driver driver = new Driver("d" + drivers.size());
    drivers.add(driver);
    if (random.nextBoolean()) {
      drivers.get(random.nextInt(drivers.size())).kill();
    }
    driver.start();
    after(random.nextInt(700), this::newDriver);
  }

  /** A ledger is made by one driver, on nodes that live until then; only what exists must be kept. */
  private void restartNode() {
    if (exists) {
      drivers.stream().filter(driver -> driver.creates && driver.epoch == 0).forEach(Driver::kill);
      nodes.get(random.nextInt(nodes.size())).restart();
    }
    after(random.nextInt(2 * restartMillis), this::restartNode);
  }

  private void partition() {
    cutOff.clear();
    if (random.nextBoolean()) {
      nodes.stream()
          .filter(node -> random.nextInt(3) == 0)
          .forEach(node -> cutOff.add(node.address));
      drivers.stream().filter(driver -> random.nextBoolean()).forEach(it -> cutOff.add(it.name));
    }
    after(random.nextInt(500), this::partition);
  }

  private void network(String from, String to, Runnable delivery) {
    int copies = random.nextInt(10) == 0 ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      int delay = 1 + random.nextInt(random.nextInt(30) == 0 ? 800 : 15);
      boolean lost = random.nextDouble() < loss || cutOff.contains(from) != cutOff.contains(to);
      if (!lost) {
        after(delay, delivery);
      }
    }
  }

  private void after(long millis, Runnable action) {
    order++;
    events.add(new Event(now + millis, order, action));
  }

  private static byte[] bytes(List<Integer> numbers) {
    return String.join(",", numbers.stream().map(String::valueOf).toList()).getBytes(UTF_8);
  }

  private static List<Integer> numbers(byte[] bytes) {
    List<Integer> numbers = new ArrayList<>();
    if (bytes.length > 0) {
      for (String number : new String(bytes, UTF_8).split(",", -1)) {
        numbers.add(Integer.valueOf(number));
      }
    }
    return numbers;
  }
}
