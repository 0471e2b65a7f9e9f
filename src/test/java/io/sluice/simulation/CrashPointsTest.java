package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node ends just before and just after each step of a batch, with one, two and three operators with state in a row. */
class CrashPointsTest {

  private static final List<String> STEPS = List.of(
      "BEFORE store RECEIVER",
      "AFTER store RECEIVER",
      "BEFORE put RECEIVED RECEIVER",
      "AFTER put RECEIVED OTHER",
      "BEFORE BlockStored RECEIVER",
      "AFTER BlockStored DRIVER",
      "BEFORE decide Cut DRIVER",
      "AFTER decide Cut DRIVER",
      "BEFORE DefineStage DRIVER",
      "AFTER DefineStage OTHER",
      "BEFORE RunTasks DRIVER",
      "AFTER RunTasks RECEIVER",
      "BEFORE task OTHER",
      "AFTER task RECEIVER",
      "BEFORE TaskFinished OTHER",
      "AFTER TaskFinished DRIVER",
      "BEFORE put SHUFFLE RECEIVER",
      "AFTER put SHUFFLE OTHER",
      "BEFORE put DELTA OTHER",
      "AFTER put DELTA OTHER",
      "BEFORE prepare OTHER",
      "AFTER prepare OTHER",
      "BEFORE decide Committed DRIVER",
      "AFTER decide Committed DRIVER",
      "BEFORE commit of sink DRIVER",
      "AFTER commit of sink DRIVER",
      "BEFORE Commit DRIVER",
      "AFTER Commit RECEIVER",
      "AFTER Commit OTHER");

  static Stream<SimulatedProgram.Form> programs() {
    return IntStream.rangeClosed(1, 3)
        .mapToObj(
            operators -> new SimulatedProgram.Form(operators, false, List.of(Feeds.Way.IN_BLOCKS)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void nothingIsLostWhereverANodeEnds(SimulatedProgram.Form form) {
    List<CrashPoints.Point> points = CrashPoints.points(form);
    assertThat(points.stream()
            .map(CrashPoints.Point::step)
            .map(step -> step.side() + " " + step.name() + " " + step.role()))
        .containsAll(STEPS);
    Seeds.each(points, point -> CrashPoints.assertHolds(form, point));
  }
}
