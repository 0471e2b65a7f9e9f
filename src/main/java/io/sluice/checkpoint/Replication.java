package io.sluice.checkpoint;

import io.sluice.checkpoint.LedgerMessage.Append;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The log of an epoch, in the hand of its owner, on its way to the members. An item is safe when a
 * majority of the latest members holds it and all before it.
 */
final class Replication {

  private static final int CHUNK_BYTES = 100 << 10;

  /** How far one member is. */
  private static final class Progress {
    private long held;
    private long sent;
    private long sentAtMillis;
  }

  private record Waiting(long place, CompletableFuture<Void> safe) {}

  private final String context;
  private final Epoch epoch;
  private final MajorityLedger.Transport transport;
  private final long resendMillis;
  private final Map<Member, Progress> progress = new HashMap<>();
  private final List<Item> items = new ArrayList<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private List<Member> members;
  private long first;
  private long safe;
  private long nowMillis;

  Replication(
      String context,
      Epoch epoch,
      List<Member> members,
      MajorityLedger.Transport transport,
      long resendMillis) {
    this.context = context;
    this.epoch = epoch;
    this.members = members;
    this.transport = transport;
    this.resendMillis = resendMillis;
  }

  Epoch epoch() {
    return epoch;
  }

  List<Member> members() {
    return members;
  }

  boolean isBegun() {
    return end() > 0;
  }

  boolean hasSafeSnapshot() {
    return safe > 0;
  }

  CompletableFuture<Void> snapshot(byte[] state) {
    first = end();
    items.clear();
    return add(Item.snapshot(state, members));
  }

  CompletableFuture<Void> append(byte[] entry) {
    return add(Item.entry(entry));
  }

  CompletableFuture<Void> change(List<Member> next) {
    members = List.copyOf(next);
    return add(Item.members(members));
  }

  private CompletableFuture<Void> add(Item item) {
    Waiting added = new Waiting(end(), new CompletableFuture<>());
    items.add(item);
    waiting.add(added);
    members.forEach(this::sendMore);
    return added.safe;
  }

  void tick(long now) {
    nowMillis = now;
    for (Member member : members) {
      Progress known = of(member);
      if (known.held < end() && now - known.sentAtMillis >= resendMillis) {
        known.sent = known.held;
        sendMore(member);
      }
    }
  }

  /** A member told how much it holds. */
  void appended(Appended answer) {
    if (!answer.epoch().equals(epoch) || !members.contains(answer.from())) {
      return;
    }
    Progress known = of(answer.from());
    known.held = Math.max(known.held, answer.length());
    sendMore(answer.from());
    completeWhatIsSafe();
  }

  private void completeWhatIsSafe() {
    long[] held = members.stream().mapToLong(member -> of(member).held).sorted().toArray();
    safe = Math.max(safe, held[(held.length - 1) / 2]);
    while (!waiting.isEmpty() && waiting.element().place < safe) {
      waiting.remove().safe.complete(null);
    }
  }

  void fail(RuntimeException cause) {
    while (!waiting.isEmpty()) {
      waiting.remove().safe.completeExceptionally(cause);
    }
  }

  private void sendMore(Member member) {
    Progress known = of(member);
    long from = Math.max(Math.max(known.sent, known.held), first);
    if (from >= end()) {
      return;
    }
    List<Item> chunk = chunk(Math.toIntExact(from - first));
    known.sent = from + chunk.size();
    known.sentAtMillis = nowMillis;
    transport.send(member.address(), new Append(context, member, epoch, from, chunk));
  }

  private List<Item> chunk(int from) {
    int to = from;
    int bytes = 0;
    while (to < items.size() && (to == from || bytes < CHUNK_BYTES)) {
      bytes += items.get(to).payload().length;
      to++;
    }
    return items.subList(from, to);
  }

  private Progress of(Member member) {
    return progress.computeIfAbsent(member, unknown -> new Progress());
  }

  private long end() {
    return first + items.size();
  }
}
