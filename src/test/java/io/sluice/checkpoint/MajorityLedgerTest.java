package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Ledger.Opened;
import io.sluice.checkpoint.LedgerMessage.Append;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Open;
import io.sluice.checkpoint.LedgerMessage.Refused;
import io.sluice.checkpoint.LedgerMessage.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MajorityLedgerTest {

  private static final String CONTEXT = "words";
  private static final List<String> NODES = List.of("a", "b", "c");

  private final Map<String, LedgerReplica> replicas = new HashMap<>();
  private final Set<String> down = new HashSet<>();
  private final Queue<Runnable> network = new ArrayDeque<>();
  private final List<MajorityLedger> ledgers = new ArrayList<>();
  private long incarnations;
  private long now;

  MajorityLedgerTest() {
    NODES.forEach(this::startReplica);
  }

  @Test
  void nextDriverFindsTheLatestSnapshotAndTheEntriesAfterIt() {
    MajorityLedger first = begun("state");
    done(first.append(bytes("1")));
    done(first.snapshot(bytes("later")));
    done(first.append(bytes("2")));
    done(first.append(bytes("3")));

    Opened opened = done(takeOver().open());

    assertThat(opened.epoch()).isEqualTo(2);
    assertThat(history(opened)).containsExactly("later", "2", "3");
  }

  @Test
  void firstEpochFindsNothing() {
    Opened opened = done(create().open());

    assertThat(opened.epoch()).isEqualTo(1);
    assertThat(history(opened)).isEmpty();
  }

  @Test
  void entryIsSafeWhenAMajorityHoldsIt() {
    MajorityLedger ledger = begun("state");
    down.addAll(List.of("b", "c"));
    CompletionStage<Void> entry = ledger.append(bytes("1"));
    settle();
    assertThat(entry.toCompletableFuture()).isNotDone();

    down.remove("c");
    done(entry);

    down.add("a");
    down.remove("b");
    assertThat(history(done(takeOver().open()))).containsExactly("state", "1");
  }

  @Test
  void memberThatMissedAlmostAllIsSentTheLogAgain() {
    MajorityLedger ledger = begun("state");
    down.add("c");
    for (int entry = 0; entry < 50; entry++) {
      done(ledger.append(new byte[10_000]));
    }
    done(ledger.snapshot(bytes("later")));
    done(ledger.append(bytes("1")));

    down.remove("c");
    settle();
    down.add("a");

    assertThat(history(done(takeOver().open()))).containsExactly("later", "1");
  }

  @Test
  void sealedEpochTakesNoMoreForEver() {
    MajorityLedger old = begun("state");
    done(takeOver().open());

    for (int time = 0; time < 2; time++) {
      assertFails(old.append(bytes("1")), ErrorCode.EPOCH_SEALED);
      assertFails(old.snapshot(bytes("1")), ErrorCode.EPOCH_SEALED);
      assertFails(old.addMember("d"), ErrorCode.EPOCH_SEALED);
    }
  }

  @Test
  void epochWithoutSafeSnapshotDoesNotCount() {
    done(begun("state").append(bytes("1")));
    done(takeOver().open());

    assertThat(history(done(takeOver().open()))).containsExactly("state", "1");
  }

  @Test
  void replicaThatWasStartedAgainDoesNotCount() {
    begun("state");
    startReplica("b");
    startReplica("c");

    CompletionStage<Opened> open = takeOver().open();
    settle();

    assertThat(open.toCompletableFuture()).as("one of three is no majority").isNotDone();
  }

  @Test
  void nodeThatLostItsMemoryIsRemovedAndAddedAgain() {
    MajorityLedger ledger = begun("state");
    startReplica("b");
    CompletionStage<Void> removed = ledger.removeMember("b");
    CompletionStage<Void> added = ledger.addMember("b");
    done(removed);
    done(added);
    assertThat(ledger.members()).containsExactly("a", "c", "b");

    down.add("a");
    assertThat(history(done(takeOver().open()))).containsExactly("state");
  }

  @Test
  void membersCanAllBeReplacedOneByOne() {
    MajorityLedger ledger = begun("state");
    for (String address : List.of("d", "e", "f")) {
      startReplica(address);
      done(ledger.addMember(address));
    }
    NODES.forEach(address -> done(ledger.removeMember(address)));
    done(ledger.append(bytes("1")));
    down.addAll(NODES);

    MajorityLedger next = takeOver("d", "e", "f");
    assertThat(history(done(next.open()))).containsExactly("state", "1");
    assertThat(next.members()).containsExactly("d", "e", "f");
  }

  @Test
  void nodeThatDiesBeforeItIsAMemberHoldsUpNoOtherOnceItIsGivenUp() {
    MajorityLedger ledger = begun("state");
    startReplica("d");
    startReplica("e");
    down.add("d");
    CompletionStage<Void> silent = ledger.addMember("d");
    CompletionStage<Void> waits = ledger.addMember("e");
    settle();
    assertThat(waits.toCompletableFuture()).isNotDone();

    ledger.cancelAddition("d");
    assertThat(silent.toCompletableFuture()).isCancelled();
    done(waits);
    down.remove("d");
    settle();

    assertThat(ledger.members()).containsExactly("a", "b", "c", "e");
    ledger.cancelAddition("e");
    assertThat(ledger.members()).contains("e");
  }

  @Test
  void changeWaitsForTheFirstSnapshotAndTheChangeBefore() {
    MajorityLedger ledger = create();
    done(ledger.open());
    CompletionStage<Void> first = ledger.removeMember("c");
    CompletionStage<Void> second = ledger.removeMember("b");
    settle();
    assertThat(ledger.members()).isEqualTo(NODES);

    down.add("b");
    CompletionStage<Void> snapshot = ledger.snapshot(bytes("state"));
    settle();
    assertThat(snapshot.toCompletableFuture()).isDone();
    assertThat(ledger.members()).as("the second waits").containsExactly("a", "b");
    assertThat(first.toCompletableFuture()).isNotDone();

    down.remove("b");
    done(first);
    done(second);
    assertThat(ledger.members()).containsExactly("a");
  }

  @Test
  void changeThatMakesNoSenseIsRefused() {
    MajorityLedger ledger = begun("state");

    assertThatThrownBy(() -> done(ledger.addMember("a")))
        .hasMessageContaining("a is a member of the ledger already");
    assertThatThrownBy(() -> done(ledger.removeMember("z")))
        .hasMessageContaining("z cannot be removed from the members [a, b, c]");
    done(ledger.removeMember("a"));
    done(ledger.removeMember("b"));
    assertThatThrownBy(() -> done(ledger.removeMember("c")))
        .hasMessageContaining("c cannot be removed");
  }

  @Test
  void ledgerThatExistsIsNotMadeAgain() {
    begun("state");

    assertFails(create().open(), ErrorCode.CONTEXT_NAME_TAKEN);
  }

  @Test
  void newLedgerWaitsForAllItsMembers() {
    down.add("b");
    CompletionStage<Opened> open = create().open();
    settle();
    assertThat(open.toCompletableFuture()).isNotDone();

    down.remove("b");
    done(open);
  }

  @Test
  void closingEndsAllThatWaits() {
    MajorityLedger ledger = begun("state");
    down.addAll(NODES);
    CompletionStage<Void> entry = ledger.append(bytes("1"));
    CompletionStage<Void> change = ledger.removeMember("a");
    ledger.close();

    assertFails(entry, ErrorCode.CONTEXT_STOPPED);
    assertFails(change, ErrorCode.CONTEXT_STOPPED);
  }

  @Test
  void callsInTheWrongOrderAreRefused() {
    MajorityLedger ledger = create();
    assertThatThrownBy(() -> ledger.snapshot(bytes("state")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not open");

    done(ledger.open());
    assertThatThrownBy(ledger::open).hasMessageContaining("opened before");
    assertThatThrownBy(() -> ledger.append(bytes("1"))).hasMessageContaining("no snapshot yet");
  }

  @Test
  void replicaPromisesANumberToOneOwnerOnly() {
    LedgerReplica replica = new LedgerReplica(CONTEXT, "x", 1);
    Member self = new Member("x", 1);
    Epoch first = new Epoch(5, "first");
    Epoch second = new Epoch(5, "second");
    replica.handle(new Open(CONTEXT, self, first));

    assertThat(replica.handle(new Open(CONTEXT, self, second)))
        .contains(new Refused(CONTEXT, self, second, 5));
    assertThat(replica.handle(append(self, second, 0, "state")))
        .contains(new Refused(CONTEXT, self, second, 5));
    assertThat(replica.handle(append(self, first, 0, "state")))
        .contains(new Appended(CONTEXT, self, first, 1));
  }

  @Test
  void replicaTakesNothingThatLeavesAGap() {
    LedgerReplica replica = new LedgerReplica(CONTEXT, "x", 1);
    Member self = new Member("x", 1);
    Epoch epoch = new Epoch(1, "owner");
    Append entry = new Append(CONTEXT, self, epoch, 1, List.of(Item.entry(bytes("1"))));

    assertThat(replica.handle(entry)).contains(new Appended(CONTEXT, self, epoch, 0));
    replica.handle(append(self, epoch, 0, "state"));
    assertThat(replica.handle(entry)).contains(new Appended(CONTEXT, self, epoch, 2));
    assertThat(replica.handle(append(self, epoch, 0, "state")))
        .as("an old message takes nothing back")
        .contains(new Appended(CONTEXT, self, epoch, 2));
    assertThat(replica.handle(append(self, epoch, 9, "later")))
        .as("a snapshot needs nothing before it")
        .contains(new Appended(CONTEXT, self, epoch, 10));
  }

  @Test
  void replicaHearsNothingThatIsForAnother() {
    LedgerReplica replica = new LedgerReplica(CONTEXT, "x", 2);

    Epoch epoch = new Epoch(1, "owner");
    assertThat(replica.handle(new Open(CONTEXT, new Member("x", 1), epoch))).isEmpty();
    assertThat(replica.handle(append(new Member("x", 1), epoch, 0, "state"))).isEmpty();
    assertThat(replica.handle(new Open("other", new Member("x", 2), epoch))).isEmpty();
  }

  private static Append append(Member to, Epoch epoch, long first, String state) {
    return new Append(CONTEXT, to, epoch, first, List.of(Item.snapshot(bytes(state), List.of(to))));
  }

  private void startReplica(String address) {
    incarnations++;
    replicas.put(address, new LedgerReplica(CONTEXT, address, incarnations));
  }

  private MajorityLedger begun(String state) {
    MajorityLedger ledger = create();
    done(ledger.open());
    done(ledger.snapshot(bytes(state)));
    return ledger;
  }

  private MajorityLedger create() {
    return driver(wire -> MajorityLedger.create(CONTEXT, owner(), NODES, wire, 10));
  }

  private MajorityLedger takeOver() {
    return takeOver("a", "b", "c");
  }

  private MajorityLedger takeOver(String... contacts) {
    return driver(wire -> MajorityLedger.takeOver(CONTEXT, owner(), List.of(contacts), wire, 10));
  }

  private String owner() {
    return "owner-" + ledgers.size();
  }

  private MajorityLedger driver(Function<MajorityLedger.Transport, MajorityLedger> make) {
    int number = ledgers.size();
    MajorityLedger ledger = make.apply((address, request) -> send(address, request, number));
    ledgers.add(ledger);
    return ledger;
  }

  private void send(String address, Request request, int number) {
    network.add(() -> {
      LedgerReplica replica = replicas.get(address);
      if (replica != null && !down.contains(address)) {
        replica
            .handle(request)
            .ifPresent(answer -> network.add(() -> ledgers.get(number).receive(answer, now)));
      }
    });
  }

  /** Lets messages go to and fro, and time pass. */
  private void settle() {
    for (int tick = 0; tick < 20; tick++) {
      while (!network.isEmpty()) {
        network.remove().run();
      }
      now += 10;
      ledgers.forEach(ledger -> ledger.tick(now));
    }
  }

  private <T> T done(CompletionStage<T> stage) {
    settle();
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  private void assertFails(CompletionStage<?> stage, ErrorCode code) {
    assertThatThrownBy(() -> done(stage))
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class, error -> assertThat(error.code()).isEqualTo(code));
  }

  private static List<String> history(Opened opened) {
    List<String> history = new ArrayList<>();
    opened.snapshot().ifPresent(state -> history.add(new String(state, UTF_8)));
    opened.entries().forEach(entry -> history.add(new String(entry, UTF_8)));
    return history;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
