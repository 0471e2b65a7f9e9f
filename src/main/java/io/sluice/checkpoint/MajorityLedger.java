package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.LedgerMessage.Answer;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Find;
import io.sluice.checkpoint.LedgerMessage.Found;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Promised;
import io.sluice.checkpoint.LedgerMessage.Refused;
import io.sluice.checkpoint.LedgerMessage.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A ledger in the memory of several nodes. It loses nothing while a majority of its members lives.
 *
 * <p>Each member holds a {@link LedgerReplica}. An epoch is open when a majority has promised to accept
 * nothing of older ones; a snapshot or entry is safe when a majority holds it. Members are changed one at a
 * time, so that any majority before a change and any after it have a member in common.
 *
 * <p>The ledger knows neither threads nor time: one thread makes all calls, brings the answers of
 * replicas, and says what time it is. Stages complete within those calls. They do not fail because nobody
 * answers: whoever does not want to wait any longer closes the ledger.
 */
public final class MajorityLedger implements Ledger {

  /** The way to the replicas. It may lose, double, delay and reorder messages. */
  public interface Transport {

    /** Sends a request to the replica of this context at an address. */
    void send(String address, Request request);
  }

  /** A change of the members that waits for its turn. */
  private record Change(String address, boolean adds, CompletableFuture<Void> safe) {}

  private final String context;
  private final Transport transport;
  private final long resendMillis;
  private final EpochOpening opening;
  private final Answers answers = new Answers();
  private final Deque<Change> changes = new ArrayDeque<>();
  private @Nullable CompletableFuture<Opened> opened;
  private @Nullable Replication log;
  private @Nullable SluiceException failure;
  private boolean changing;
  private long question;
  private long askedAtMillis;
  private long nowMillis;

  /**
   * A new ledger. Opening it fails with {@code CONTEXT_NAME_TAKEN} if one of the nodes holds a log of this
   * context, and waits until all of them have answered. One driver alone may make the ledger of a name: two
   * that do, on nodes that lose their memory meanwhile, do not hear of each other.
   *
   * @param context names the ledger; two runs of a program need two names
   * @param owner a text that no other ledger of this context ever has, for example a random one
   * @param members the addresses that are to hold the ledger; an odd number is best
   * @param resendMillis after how much time without an answer a message is sent again
   */
  public static MajorityLedger create(
      String context,
      String owner,
      Collection<String> members,
      Transport transport,
      long resendMillis) {
    return new MajorityLedger(context, owner, members, true, transport, resendMillis);
  }

  /**
   * A ledger that goes on with what other drivers of the context have left.
   *
   * @param contacts addresses that may hold the ledger; who its members are is learned from those that do
   */
  public static MajorityLedger takeOver(
      String context,
      String owner,
      Collection<String> contacts,
      Transport transport,
      long resendMillis) {
    return new MajorityLedger(context, owner, contacts, false, transport, resendMillis);
  }

  private MajorityLedger(
      String context,
      String owner,
      Collection<String> contacts,
      boolean creates,
      Transport transport,
      long resendMillis) {
    if (contacts.isEmpty()) {
      throw new IllegalArgumentException(
          "The ledger of context " + context + " needs at least one node, got none.");
    }
    this.context = context;
    this.transport = transport;
    this.resendMillis = resendMillis;
    this.opening = new EpochOpening(context, owner, contacts, creates, transport, resendMillis);
  }

  @Override
  public CompletionStage<Opened> open() {
    if (opened != null) {
      throw new IllegalStateException("The ledger of context " + context
          + " was opened before. Make another one for a new epoch.");
    }
    CompletableFuture<Opened> result = new CompletableFuture<>();
    opened = result;
    SluiceException failed = failure;
    if (failed != null) {
      result.completeExceptionally(failed);
    } else {
      opening.ask();
    }
    return result;
  }

  @Override
  public CompletionStage<Void> snapshot(byte[] state) {
    Replication open = requireOpen();
    return failure == null ? open.snapshot(state) : CompletableFuture.failedFuture(failure);
  }

  @Override
  public CompletionStage<Void> append(byte[] entry) {
    Replication open = requireOpen();
    if (!open.isBegun()) {
      throw new IllegalStateException("Epoch " + open.epoch().number()
          + " has no snapshot yet; store one before its first entry.");
    }
    return failure == null ? open.append(entry) : CompletableFuture.failedFuture(failure);
  }

  /**
   * Makes a node hold the ledger too, after the changes before it. A node whose replica was started again is
   * removed first and then added.
   *
   * @return completes when the change is safe
   * @throws IllegalStateException if no epoch is open
   */
  public CompletionStage<Void> addMember(String address) {
    return change(address, true);
  }

  /**
   * Lets a node hold the ledger no longer, after the changes before it.
   *
   * @return completes when the change is safe, which takes a majority of the members that remain
   * @throws IllegalStateException if no epoch is open
   */
  public CompletionStage<Void> removeMember(String address) {
    return change(address, false);
  }

  /**
   * Gives up nodes that are to hold the ledger and have not said yet that they are there; others wait for their turn
   * no longer. A node that is a member by now stays one.
   */
  public void cancelAddition(String address) {
    boolean begun = changing;
    for (Change change : List.copyOf(changes)) {
      boolean written = begun && members().contains(address);
      if (change.adds && change.address.equals(address) && !written) {
        changes.remove(change);
        changing &= !begun;
        change.safe.completeExceptionally(new CancellationException(address
            + " has not answered, and will not hold the ledger of context " + context + "."));
      }
      begun = false;
    }
    if (log != null) {
      nextChange();
    }
  }

  private CompletionStage<Void> change(String address, boolean adds) {
    requireOpen();
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    Change change = new Change(address, adds, new CompletableFuture<>());
    changes.add(change);
    nextChange();
    return change.safe;
  }

  /** The addresses that hold the ledger by its latest entry about them; empty until the epoch is open. */
  public List<String> members() {
    Replication open = log;
    return open == null
        ? List.of()
        : open.members().stream().map(Member::address).toList();
  }

  /**
   * A replica answered. Answers of any other ledger of the context are harmless.
   *
   * @param nowMillis the time, from any origin
   */
  public void receive(Answer answer, long nowMillis) {
    this.nowMillis = nowMillis;
    if (failure == null && opened != null && answer.context().equals(context)) {
      try {
        answer.match(answers);
      } catch (SluiceException refused) {
        fail(refused);
      }
    }
  }

  /**
   * Time passes; what nobody answered is sent again. To be called several times within the time to resend.
   *
   * @param nowMillis the time, from any origin
   */
  public void tick(long nowMillis) {
    this.nowMillis = nowMillis;
    if (failure != null || opened == null) {
      return;
    }
    if (log == null) {
      opening.tick(nowMillis);
    } else {
      log.tick(nowMillis);
      if (nowMillis - askedAtMillis >= resendMillis) {
        askWhoJoins();
      }
    }
  }

  /** Ends all that waits with {@code CONTEXT_STOPPED}. */
  @Override
  public void close() {
    if (failure == null) {
      fail(new SluiceException(
          ErrorCode.CONTEXT_STOPPED,
          "The ledger of context " + context + " was closed. Open another one to go on."));
    }
  }

  private void fail(SluiceException cause) {
    failure = cause;
    if (opened != null) {
      opened.completeExceptionally(cause);
    }
    if (log != null) {
      log.fail(cause);
    }
    while (!changes.isEmpty()) {
      changes.remove().safe.completeExceptionally(cause);
    }
  }

  private Replication requireOpen() {
    Replication open = log;
    if (open == null) {
      throw new IllegalStateException(
          "The ledger of context " + context + " is not open; wait for open() to complete.");
    }
    return open;
  }

  private final class Answers implements LedgerMessage.AnswerCases {

    @Override
    public void found(Found found) {
      if (log == null) {
        opening.found(found);
      } else {
        join(found);
      }
    }

    @Override
    public void promised(Promised promised) {
      if (log == null) {
        opening.promised(promised).ifPresent(MajorityLedger.this::won);
      }
    }

    @Override
    public void appended(Appended appended) {
      if (log != null) {
        log.appended(appended);
        nextChange();
      }
    }

    @Override
    public void refused(Refused refused) {
      if (log == null) {
        opening.refused(refused);
      } else if (refused.epoch().equals(log.epoch()) && log.members().contains(refused.from())) {
        throw sealed(refused);
      }
    }
  }

  private void won(EpochOpening.Won won) {
    log = new Replication(context, won.epoch(), won.members(), transport, resendMillis);
    log.tick(nowMillis);
    List<byte[]> entries = new ArrayList<>();
    Optional<byte[]> snapshot = Optional.empty();
    for (Item item : won.items()) {
      if (item.kind() == Item.Kind.SNAPSHOT) {
        snapshot = Optional.of(item.payload());
      } else if (item.kind() == Item.Kind.ENTRY) {
        entries.add(item.payload());
      }
    }
    if (opened != null) {
      opened.complete(new Opened(won.epoch().number(), snapshot, entries, List.of()));
    }
  }

  /**
   * Begins the next change. It waits for the one before it to be safe, and for the first snapshot of the
   * epoch: without either, two drivers could count majorities that have no member in common.
   */
  private void nextChange() {
    Replication open = log;
    if (changing || changes.isEmpty() || open == null || !open.hasSafeSnapshot()) {
      return;
    }
    Change change = changes.element();
    boolean present = members().contains(change.address);
    if (change.adds == present || (!change.adds && members().size() == 1)) {
      changes.remove();
      change.safe.completeExceptionally(cannotChange(change));
      nextChange();
      return;
    }
    changing = true;
    if (change.adds) {
      question++;
      askWhoJoins();
    } else {
      write(open.members().stream()
          .filter(member -> !member.address().equals(change.address))
          .toList());
    }
  }

  private void askWhoJoins() {
    Change change = changes.peek();
    if (changing && change != null && change.adds && !members().contains(change.address)) {
      askedAtMillis = nowMillis;
      transport.send(change.address, new Find(context, question));
    }
  }

  /** Only the answer to this question tells the replica that is there now from one that was there before. */
  private void join(Found found) {
    Change change = changes.peek();
    boolean expected = changing
        && change != null
        && change.adds
        && found.question() == question
        && found.from().address().equals(change.address)
        && !members().contains(change.address);
    if (expected) {
      List<Member> next = new ArrayList<>(requireOpen().members());
      next.add(found.from());
      write(next);
    }
  }

  private void write(List<Member> next) {
    CompletionStage<Void> safe = requireOpen().change(next);
    safe.whenComplete((nothing, cause) -> {
      if (cause == null) {
        changing = false;
        changes.remove().safe.complete(null);
      }
    });
  }

  private IllegalArgumentException cannotChange(Change change) {
    return new IllegalArgumentException(
        change.adds
            ? change.address
                + " is a member of the ledger already. Remove it before it is added again."
            : change.address + " cannot be removed from the members " + members()
                + " of the ledger. Name one of them that is not the last.");
  }

  private SluiceException sealed(Refused refused) {
    return new SluiceException(
        ErrorCode.EPOCH_SEALED,
        "Epoch " + refused.epoch().number() + " of context " + context + " was sealed by epoch "
            + refused.promised() + ": another driver has taken over. This driver must end.");
  }
}
