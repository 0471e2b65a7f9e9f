package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A run of a program, to which happens what a seed says, from its start to a graceful end. */
final class Simulation {

  private static final long QUIET = 3 * SimulatedCluster.SECOND;
  private static final long PATIENCE = 60 * SimulatedCluster.SECOND;

  private static final List<Feeds.Way> WAYS =
      List.of(Feeds.Way.ONE_BY_ONE, Feeds.Way.IN_BLOCKS, Feeds.Way.WITH_POSITIONS);

  private final World world;
  private final Random random;
  private final SimulatedProgram.Form form;
  private final SimulatedCluster cluster;
  private final Disturbances disturbances;

  Simulation(long seed, Flaw flaw) {
    this.world = new World(seed);
    this.random = world.random();
    this.form = form(random);
    this.cluster = new SimulatedCluster(world, flaw, form);
    this.disturbances = new Disturbances(world, cluster);
  }

  private static SimulatedProgram.Form form(Random random) {
    int operators = 1 + random.nextInt(3);
    List<Feeds.Way> ways = new ArrayList<>();
    for (int lanes = 1 + random.nextInt(2); lanes > 0; lanes--) {
      ways.add(WAYS.get(random.nextInt(WAYS.size())));
    }
    return new SimulatedProgram.Form(operators, operators < 3, ways);
  }

  Oracle oracle() {
    return cluster.oracle();
  }

  World world() {
    return world;
  }

  /** What went wrong, and when. */
  List<String> faults() {
    return disturbances.told();
  }

  /**
   * Runs to the end.
   *
   * @param faults how many things go wrong
   */
  Simulation run(int faults) {
    world.enter();
    world.confuse();
    try {
      live(faults);
    } finally {
      cluster.end();
      world.leave();
    }
    return this;
  }

  private void live(int faults) {
    int size = 3 + random.nextInt(2);
    for (int i = 0; i < size; i++) {
      cluster.join();
    }
    cluster.begin(context -> SimulatedProgram.build(context, form));
    require("it starts", oracle().committedBatches() + 2);
    for (int i = 0; i < faults; i++) {
      world.run(world.nowMicros() + random.nextInt((int) SimulatedCluster.SECOND));
      disturbances.next();
      world.run(world.nowMicros() + QUIET);
    }
    if (oracle().isBeyondRepair()) {
      return;
    }
    require("batches go on", oracle().committedBatches() + 5);
    Set<Integer> complete = cluster.feeds().stop();
    cluster.stop();
    assertThat(world.run(() -> oracle().isEnded(), world.nowMicros() + PATIENCE))
        .as("I8: it stops")
        .isTrue();
    if (!oracle().isBeyondRepair()) {
      oracle().stopped(complete);
    }
  }

  private void require(String what, int batches) {
    long until = world.nowMicros() + PATIENCE;
    assertThat(world.run(
            () -> oracle().committedBatches() >= batches || oracle().isBeyondRepair(), until))
        .as("I2: %s", what)
        .isTrue();
  }
}
