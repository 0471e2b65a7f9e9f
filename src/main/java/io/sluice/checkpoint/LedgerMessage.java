package io.sluice.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.sluice.plan.Message;
import java.util.Comparator;
import java.util.List;

/**
 * What a {@link MajorityLedger} and its {@link LedgerReplica}s say to each other. Any message may be
 * lost, late, doubled or out of order.
 */
public sealed interface LedgerMessage extends Message {

  /** The context whose ledger it is about. */
  String context();

  /** What a ledger asks of a replica. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(Find.class),
    @JsonSubTypes.Type(Open.class),
    @JsonSubTypes.Type(Append.class)
  })
  sealed interface Request extends LedgerMessage {
    <R> R match(RequestCases<R> cases);
  }

  /** One answer per kind of request. */
  interface RequestCases<R> {
    R find(Find find);

    R open(Open open);

    R append(Append append);
  }

  /** What a replica answers. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(Found.class),
    @JsonSubTypes.Type(Promised.class),
    @JsonSubTypes.Type(Appended.class),
    @JsonSubTypes.Type(Refused.class)
  })
  sealed interface Answer extends LedgerMessage {

    /** The replica that speaks. */
    Member from();

    void match(AnswerCases cases);
  }

  /** One reaction per kind of answer. */
  interface AnswerCases {
    void found(Found found);

    void promised(Promised promised);

    void appended(Appended appended);

    void refused(Refused refused);
  }

  /**
   * A replica in one of its lives.
   *
   * @param address the node
   * @param incarnation differs for each replica that a node starts: a new one has forgotten what the
   *     one before it promised, and must not be taken for it
   */
  record Member(String address, long incarnation) {
    public Member {
      requireNonNull(address, "address");
    }
  }

  /**
   * One driver's turn. No two drivers ever open the same number.
   *
   * @param owner differs for each ledger that a driver makes
   */
  record Epoch(long number, String owner) {

    /** Before any other. */
    static final Epoch NONE = new Epoch(0, "");
  }

  /** How far a log reaches: a later epoch beats a longer log. */
  record Reach(Epoch epoch, long length) implements Comparable<Reach> {

    static final Reach NONE = new Reach(Epoch.NONE, 0);
    private static final Comparator<Reach> ORDER = Comparator.comparingLong(
            (Reach reach) -> reach.epoch.number)
        .thenComparingLong(Reach::length);

    @Override
    public int compareTo(Reach other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * One thing in a log.
   *
   * @param payload the state or the entry, empty for members
   * @param members the members from here on, empty for an entry
   */
  record Item(Kind kind, byte[] payload, List<Member> members) {

    /** What a log consists of. */
    enum Kind {
      /** Where the driver stood; what lies before it is dropped. */
      SNAPSHOT,
      /** A decision of the driver. */
      ENTRY,
      /** A change of the members. */
      MEMBERS
    }

    public Item {
      members = List.copyOf(members);
    }

    static Item snapshot(byte[] state, List<Member> members) {
      return new Item(Kind.SNAPSHOT, state, members);
    }

    static Item entry(byte[] entry) {
      return new Item(Kind.ENTRY, entry, List.of());
    }

    static Item members(List<Member> members) {
      return new Item(Kind.MEMBERS, new byte[0], members);
    }
  }

  /** Who is there, and what does it hold? */
  record Find(String context, long question) implements Request {
    @Override
    public <R> R match(RequestCases<R> cases) {
      return cases.find(this);
    }
  }

  /**
   * The answer to {@link Find}.
   *
   * @param promised the highest epoch number the replica has promised
   * @param reach how far its log reaches
   * @param members the latest members in its log; empty without a log
   */
  record Found(
      String context, long question, Member from, long promised, Reach reach, List<Member> members)
      implements Answer {
    public Found {
      members = List.copyOf(members);
    }

    @Override
    public void match(AnswerCases cases) {
      cases.found(this);
    }
  }

  /** Promise to accept nothing of older epochs, and say what they left. */
  record Open(String context, Member to, Epoch epoch) implements Request {
    @Override
    public <R> R match(RequestCases<R> cases) {
      return cases.open(this);
    }
  }

  /**
   * The answer to {@link Open}.
   *
   * @param epoch the epoch that was promised
   * @param reach how far the log reaches
   * @param items the log from its snapshot on; empty without a log
   */
  record Promised(String context, Member from, Epoch epoch, Reach reach, List<Item> items)
      implements Answer {
    public Promised {
      items = List.copyOf(items);
    }

    @Override
    public void match(AnswerCases cases) {
      cases.promised(this);
    }
  }

  /**
   * Hold these.
   *
   * @param first place of the first item in the log of the epoch, from 0 on
   */
  record Append(String context, Member to, Epoch epoch, long first, List<Item> items)
      implements Request {
    public Append {
      items = List.copyOf(items);
    }

    @Override
    public <R> R match(RequestCases<R> cases) {
      return cases.append(this);
    }
  }

  /**
   * The answer to {@link Append}.
   *
   * @param length how many items of the epoch's log the replica holds, counting those its snapshot
   *     replaces
   */
  record Appended(String context, Member from, Epoch epoch, long length) implements Answer {
    @Override
    public void match(AnswerCases cases) {
      cases.appended(this);
    }
  }

  /**
   * A newer epoch was promised.
   *
   * @param epoch the one that was refused
   * @param promised number of the one that was promised
   */
  record Refused(String context, Member from, Epoch epoch, long promised) implements Answer {
    @Override
    public void match(AnswerCases cases) {
      cases.refused(this);
    }
  }
}
