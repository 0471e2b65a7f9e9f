package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs of a program in which one node ends just before, or just after, one of its steps. */
final class CrashPoints {

  /** What a node is for the program. */
  enum Role {
    DRIVER,
    RECEIVER,
    OTHER
  }

  /** When a node ends, as seen from its step. */
  enum Side {
    BEFORE,
    AFTER
  }

  /** A step of a role: a message that it sends or handles, a decision, or something that it does itself. */
  record Step(Side side, String name, Role role) {}

  /** The time a node ends: a step, the so-and-so-manieth of its kind. */
  record Point(Step step, int occurrence) {}

  private static final int SEED = 3;
  private static final int WORKERS = 3;
  private static final int BATCHES = 4;
  private static final long UNTIL_ANOTHER = 300 * SimulatedCluster.MILLI;
  private static final long PATIENCE = 30 * SimulatedCluster.SECOND;

  private final World world = new World(SEED);
  private final SimulatedProgram.Form form;
  private final SimulatedCluster cluster;
  private final @Nullable Point crash;
  private final Map<Step, Integer> counts = new LinkedHashMap<>();
  private boolean crashed;
  private boolean stopping;

  private CrashPoints(SimulatedProgram.Form form, @Nullable Point crash) {
    this.form = form;
    this.crash = crash;
    this.cluster = new SimulatedCluster(world, Flaw.NONE, form);
  }

  /** How often each step happens when nothing goes wrong. */
  static Map<Step, Integer> of(SimulatedProgram.Form form) {
    CrashPoints run = new CrashPoints(form, null);
    run.run();
    return run.counts;
  }

  /** The first and the middle one of every step that happens when nothing goes wrong. */
  static List<Point> points(SimulatedProgram.Form form) {
    List<Point> points = new ArrayList<>();
    of(form).forEach((step, count) -> {
      points.add(new Point(step, 1));
      if (count > 2) {
        points.add(new Point(step, count / 2 + 1));
      }
    });
    return points;
  }

  /** Ends a node there, and checks that nothing is lost and nothing happens twice. */
  static void assertHolds(SimulatedProgram.Form form, Point point) {
    CrashPoints run = new CrashPoints(form, point);
    try {
      run.run();
      assertThat(run.crashed).as("the step is reached").isTrue();
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "%s of %s: %s%nWhat happened last:%n  %s"
              .formatted(point, form, failure.getMessage(), String.join("\n  ", run.world.trace())),
          failure);
    }
  }

  private void run() {
    world.enter();
    try {
      live();
    } finally {
      cluster.end();
      world.leave();
    }
  }

  private void live() {
    world.watch(new World.Steps() {
      @Override
      public void before(SimulatedNode node, String step) {
        reached(Side.BEFORE, node, step);
      }

      @Override
      public void after(SimulatedNode node, String step) {
        reached(Side.AFTER, node, step);
      }
    });
    for (int i = 0; i < WORKERS; i++) {
      cluster.join();
    }
    cluster.begin(context -> SimulatedProgram.build(context, form));
    until(BATCHES);
    if (crash != null) {
      assertThat(world.run(() -> crashed, world.nowMicros() + PATIENCE))
          .as("the step is reached")
          .isTrue();
      until(cluster.oracle().committedBatches() + BATCHES);
    }
    stopping = true;
    Set<Integer> complete = cluster.feeds().stop();
    cluster.stop();
    assertThat(world.run(() -> cluster.oracle().isEnded(), world.nowMicros() + PATIENCE))
        .as("I8: it stops")
        .isTrue();
    cluster.oracle().stopped(complete);
  }

  private void until(int batches) {
    assertThat(world.run(
            () -> cluster.oracle().committedBatches() >= batches, world.nowMicros() + PATIENCE))
        .as("I2: batches go on")
        .isTrue();
  }

  private void reached(Side side, SimulatedNode node, String name) {
    if (!cluster.isEntrusted() || cluster.isKeeper(node) || crashed || stopping) {
      return;
    }
    Step step = new Step(side, name, role(node));
    int occurrence = counts.merge(step, 1, Integer::sum);
    if (crash != null && crash.equals(new Point(step, occurrence))) {
      crashed = true;
      crash(node);
    }
  }

  private Role role(SimulatedNode node) {
    if (cluster.isDriver(node)) {
      return Role.DRIVER;
    }
    return cluster.feeds().isFed(node) ? Role.RECEIVER : Role.OTHER;
  }

  private void crash(SimulatedNode node) {
    world.note("crash " + node);
    boolean driver = cluster.isDriver(node);
    cluster.kill(node);
    world.after(UNTIL_ANOTHER, null, "another", () -> {
      if (driver) {
        cluster.succeed();
      } else {
        cluster.join();
      }
    });
  }
}
