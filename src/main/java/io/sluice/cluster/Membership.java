package io.sluice.cluster;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;

/** Who belongs to the cluster, as this node sees it. */
final class Membership {

  private Membership() {}

  /** Whether an actor is on a member that is up, and on one that everybody reaches. */
  static boolean isSound(ActorSystem<?> system, ActorRef<?> actor) {
    Address address = actor.path().address();
    if (address.hasLocalScope()) {
      return true;
    }
    akka.cluster.ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
    for (Member member : state.getMembers()) {
      if (member.address().equals(address)) {
        return member.status() == MemberStatus.up() && !state.getUnreachable().contains(member);
      }
    }
    return false;
  }
}
