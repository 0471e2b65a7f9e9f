package io.sluice.simulation;

import static io.sluice.simulation.SimulatedCluster.MILLI;
import static io.sluice.simulation.SimulatedCluster.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What goes wrong, as a seed wants it. Each leaves the cluster as large as it was. */
final class Disturbances {

  private final World world;
  private final SimulatedCluster cluster;
  private final Random random;
  private final List<Runnable> all = List.of(
      this::killWorker,
      this::killDriver,
      this::cutWorker,
      this::cutDriver,
      this::pauseWorker,
      this::pauseDriver,
      this::slowDown,
      this::leave,
      this::join,
      this::killTwoWorkers,
      this::killTwoDrivers,
      this::killDriverAndWorker,
      this::leaveAndKillDriver);
  private final List<String> told = new ArrayList<>();

  Disturbances(World world, SimulatedCluster cluster) {
    this.world = world;
    this.cluster = cluster;
    this.random = world.random();
  }

  /** What went wrong, and when. */
  List<String> told() {
    return told;
  }

  /** One thing goes wrong. */
  void next() {
    all.get(random.nextInt(all.size())).run();
  }

  private void tell(String what) {
    told.add(world.nowMicros() / MILLI + " ms: " + what);
    world.note(what);
  }

  private void killWorker() {
    List<SimulatedNode> workers = cluster.workers();
    kill(workers.get(random.nextInt(workers.size())));
    soon("join", cluster::join);
  }

  private void kill(SimulatedNode node) {
    tell("kill " + node);
    cluster.kill(node);
  }

  private void killDriver() {
    kill(cluster.driver());
    soon("successor", cluster::succeed);
  }

  private void killTwoWorkers() {
    killWorker();
    soon("kill", this::killWorker);
  }

  private void killTwoDrivers() {
    killDriver();
    world.after(SECOND + random.nextInt((int) SECOND), null, "kill", this::killDriver);
  }

  private void killDriverAndWorker() {
    killDriver();
    soon("kill", this::killWorker);
  }

  private void leave() {
    SimulatedNode leaver = anyWorker();
    tell("leave " + leaver);
    cluster.join();
    cluster.leave(leaver);
  }

  private void leaveAndKillDriver() {
    leave();
    soon("kill", this::killDriver);
  }

  private void join() {
    tell("join");
    cluster.join();
  }

  private void cutWorker() {
    SimulatedNode node = anyWorker();
    tell("cut off " + node);
    cut(node, random.nextInt(1_800) * MILLI);
  }

  private void cutDriver() {
    SimulatedNode node = cluster.driver();
    tell("cut off " + node);
    cut(node, (500 + random.nextInt(1_500)) * MILLI);
    soon("successor", cluster::succeed);
  }

  private void cut(SimulatedNode node, long micros) {
    cluster.feeds().disturbed();
    world.cut(Set.of(node));
    world.after(micros, null, "heal", world::heal);
  }

  private void pauseWorker() {
    SimulatedNode node = anyWorker();
    tell("pause " + node);
    cluster.feeds().disturbed();
    node.pauseUntil(world.nowMicros() + random.nextInt(1_800) * MILLI);
  }

  private void pauseDriver() {
    SimulatedNode node = cluster.driver();
    tell("pause " + node);
    cluster.feeds().disturbed();
    node.pauseUntil(world.nowMicros() + (300 + random.nextInt(1_500)) * MILLI);
    if (random.nextBoolean()) {
      soon("successor", cluster::succeed);
    }
  }

  private void slowDown() {
    tell("slow down");
    cluster.feeds().disturbed();
    world.slowness(2 + random.nextInt(20));
    world.after(SECOND, null, "fast again", () -> world.slowness(1));
  }

  private SimulatedNode anyWorker() {
    List<SimulatedNode> workers = cluster.workers();
    return workers.get(random.nextInt(workers.size()));
  }

  private void soon(String label, Runnable action) {
    world.after(random.nextInt((int) SECOND), null, label, action);
  }
}
