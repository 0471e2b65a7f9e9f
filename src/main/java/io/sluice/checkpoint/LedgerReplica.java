package io.sluice.checkpoint;

import io.sluice.checkpoint.LedgerMessage.Answer;
import io.sluice.checkpoint.LedgerMessage.Append;
import io.sluice.checkpoint.LedgerMessage.Appended;
import io.sluice.checkpoint.LedgerMessage.Epoch;
import io.sluice.checkpoint.LedgerMessage.Find;
import io.sluice.checkpoint.LedgerMessage.Found;
import io.sluice.checkpoint.LedgerMessage.Item;
import io.sluice.checkpoint.LedgerMessage.Member;
import io.sluice.checkpoint.LedgerMessage.Open;
import io.sluice.checkpoint.LedgerMessage.Promised;
import io.sluice.checkpoint.LedgerMessage.Reach;
import io.sluice.checkpoint.LedgerMessage.Refused;
import io.sluice.checkpoint.LedgerMessage.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node's copy of the ledger of one context, in memory. It decides nothing: it holds what the owner of
 * the newest epoch tells it, and refuses owners of older ones.
 *
 * <p>A replica that a node starts again is another one, with another incarnation. It hears nothing that
 * was meant for the one before it, and counts only where it was added as a member. Not thread-safe.
 */
public final class LedgerReplica {

  private final String context;
  private final Member self;
  private final Requests requests = new Requests();
  private Epoch promised = Epoch.NONE;
  private Epoch held = Epoch.NONE;
  private long length;
  private final List<Item> items = new ArrayList<>();

  /**
   * An empty replica.
   *
   * @param incarnation a number that no replica of this context at this address has had, for example a
   *     random one
   */
  public LedgerReplica(String context, String address, long incarnation) {
    this.context = context;
    this.self = new Member(address, incarnation);
  }

  /** The answer for whoever sent the request; empty if it is not for this replica. */
  public Optional<Answer> handle(Request request) {
    return request.context().equals(context) ? request.match(requests) : Optional.empty();
  }

  private final class Requests implements LedgerMessage.RequestCases<Optional<Answer>> {

    @Override
    public Optional<Answer> find(Find find) {
      Reach reach = new Reach(held, length);
      return Optional.of(new Found(
          context, find.question(), self, promised.number(), reach, latestMembers(items)));
    }

    @Override
    public Optional<Answer> open(Open open) {
      if (!open.to().equals(self)) {
        return Optional.empty();
      }
      if (!promise(open.epoch())) {
        return refuse(open.epoch());
      }
      return Optional.of(new Promised(context, self, promised, new Reach(held, length), items));
    }

    @Override
    public Optional<Answer> append(Append append) {
      if (!append.to().equals(self)) {
        return Optional.empty();
      }
      if (!promise(append.epoch())) {
        return refuse(append.epoch());
      }
      hold(append);
      long reached = held.equals(append.epoch()) ? length : 0;
      return Optional.of(new Appended(context, self, append.epoch(), reached));
    }
  }

  /** A number is promised to one owner only, so two owners of one number cannot both find a majority. */
  private boolean promise(Epoch epoch) {
    if (epoch.number() > promised.number()) {
      promised = epoch;
    }
    return epoch.equals(promised);
  }

  private Optional<Answer> refuse(Epoch epoch) {
    return Optional.of(new Refused(context, self, epoch, promised.number()));
  }

  private void hold(Append append) {
    long place = append.first();
    for (Item item : append.items()) {
      add(append.epoch(), place, item);
      place++;
    }
  }

  private void add(Epoch epoch, long place, Item item) {
    boolean same = held.equals(epoch);
    boolean next = same && place == length;
    boolean begins = item.kind() == Item.Kind.SNAPSHOT && (!same || place >= length);
    if (begins) {
      items.clear();
      held = epoch;
    }
    if (begins || next) {
      items.add(item);
      length = place + 1;
    }
  }

  /** The members that the last item to name any names; they count whether or not that item is safe. */
  static List<Member> latestMembers(List<Item> items) {
    for (int index = items.size() - 1; index >= 0; index--) {
      if (items.get(index).kind() != Item.Kind.ENTRY) {
        return items.get(index).members();
      }
    }
    return List.of();
  }
}
