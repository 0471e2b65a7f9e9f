package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Find;
import io.sluice.checkpoint.LedgerMessage.Found;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Open;
import io.sluice.checkpoint.LedgerMessage.Promised;
import io.sluice.checkpoint.LedgerMessage.Refused;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a majority ledger opens its epoch: it asks who holds what, then wants promises of a majority of
 * the members, and takes the log that reaches furthest among those who promised.
 *
 * <p>Which members count is said by that very log. Members learned otherwise are only asked.
 */
final class EpochOpening {

  private static final int MAX_PAUSES = 5;

  /** An epoch that is open, and the log it begins with. */
  record Won(Epoch epoch, List<Member> members, List<Item> items) {}

  private final String context;
  private final String owner;
  private final Set<String> contacts;
  private final boolean creates;
  private final MajorityLedger.Transport transport;
  private final long resendMillis;

  private final Map<String, Found> found = new LinkedHashMap<>();
  private final Map<Member, Promised> promises = new HashMap<>();
  private final Set<Member> asked = new LinkedHashSet<>();
  private List<Member> first = List.of();
  private @Nullable Epoch wanted;
  private long highest;
  private int pauses;
  private long sentAtMillis;

  EpochOpening(
      String context,
      String owner,
      Collection<String> contacts,
      boolean creates,
      MajorityLedger.Transport transport,
      long resendMillis) {
    this.context = context;
    this.owner = owner;
    this.contacts = new LinkedHashSet<>(contacts);
    this.creates = creates;
    this.transport = transport;
    this.resendMillis = resendMillis;
  }

  void tick(long nowMillis) {
    if (nowMillis - sentAtMillis < resendMillis) {
      return;
    }
    sentAtMillis = nowMillis;
    if (pauses > 0) {
      pauses--;
      return;
    }
    ask();
  }

  void ask() {
    contacts.forEach(address -> transport.send(address, new Find(context, 0)));
    asked.stream().filter(member -> !promises.containsKey(member)).forEach(this::askToPromise);
  }

  /**
   * A replica told what it holds.
   *
   * @throws SluiceException {@code CONTEXT_NAME_TAKEN} if a new ledger was to be made and there is one
   */
  void found(Found answer) {
    highest = Math.max(highest, answer.promised());
    if (creates && !answer.members().isEmpty()) {
      throw taken(answer.from());
    }
    found.put(answer.from().address(), answer);
    contacts.add(answer.from().address());
    answer.members().forEach(member -> contacts.add(member.address()));
    if (wanted == null) {
      wantPromises();
    } else if (!creates) {
      askToPromise(latestFound());
    }
  }

  private void wantPromises() {
    List<Member> members = creates ? everyContact() : latestFound();
    long present = members.stream()
        .filter(member -> {
          Found answer = found.get(member.address());
          return answer != null && answer.from().equals(member);
        })
        .count();
    if (present > members.size() / 2) {
      first = members;
      highest++;
      wanted = new Epoch(highest, owner);
      askToPromise(members);
    }
  }

  /** The first members are all who were asked to be; a majority of those who answered would not do. */
  private List<Member> everyContact() {
    return found.keySet().containsAll(contacts)
        ? found.values().stream().map(Found::from).toList()
        : List.of();
  }

  private List<Member> latestFound() {
    return found.values().stream()
        .max(Comparator.comparing(Found::reach))
        .map(Found::members)
        .orElse(List.of());
  }

  private void askToPromise(List<Member> members) {
    members.stream().filter(asked::add).forEach(this::askToPromise);
  }

  private void askToPromise(Member member) {
    Epoch epoch = wanted;
    if (epoch != null) {
      transport.send(member.address(), new Open(context, member, epoch));
    }
  }

  /**
   * A replica promised.
   *
   * @throws SluiceException {@code CONTEXT_NAME_TAKEN} if a new ledger was to be made and there is one
   */
  Optional<Won> promised(Promised answer) {
    if (!answer.epoch().equals(wanted)) {
      return Optional.empty();
    }
    if (creates && !answer.items().isEmpty()) {
      throw taken(answer.from());
    }
    promises.put(answer.from(), answer);
    List<Item> log = promises.values().stream()
        .max(Comparator.comparing(Promised::reach))
        .map(Promised::items)
        .orElse(List.of());
    List<Member> members = creates ? first : LedgerReplica.latestMembers(log);
    askToPromise(members);
    Set<Member> promising = new HashSet<>(members);
    promising.retainAll(promises.keySet());
    return isMajority(promising.size(), members.size())
        ? Optional.of(new Won(answer.epoch(), members, log))
        : Optional.empty();
  }

  /** Another driver wants to open too; whoever pauses longer lets the other one finish. */
  void refused(Refused answer) {
    highest = Math.max(highest, answer.promised());
    if (answer.epoch().equals(wanted)) {
      pauses = 1 + Math.floorMod(answer.epoch().hashCode(), MAX_PAUSES);
      wanted = null;
      found.clear();
      promises.clear();
      asked.clear();
    }
  }

  static boolean isMajority(int some, int all) {
    return some > all / 2;
  }

  private SluiceException taken(Member holder) {
    return new SluiceException(
        ErrorCode.CONTEXT_NAME_TAKEN,
        "A ledger of context "
            + context
            + " is held by "
            + holder.address()
            + " already. End the other context, or give this one another name.");
  }
}
