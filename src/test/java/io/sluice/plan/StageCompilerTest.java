package io.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StorageLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StageCompilerTest {

  private static final long BATCH = 1000;
  private static final Action COLLECT = new Action.Collect(10);
  private static final Closure FUNCTION = Closure.of("any", "test");
  private static final Operator MAP = new Operator.Map(FUNCTION);
  private static final Operator FILTER = new Operator.Filter(FUNCTION);

  private final Node lines = new Node.Received(1, 0, "lines");
  private final Node words = new Node.Received(2, 1, "words");

  @Test
  void operatorsBetweenShufflesAreOneStage() {
    Node mapped = narrow(3, lines, MAP);
    Node filtered = narrow(4, mapped, FILTER);
    StageCompiler compiler = compiler(Set.of());

    compiler.result(filtered, BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(1);
    assertThat(stages.get(0).input()).isInstanceOf(Stage.ReceivedInput.class);
    assertThat(stages.get(0).spec().steps())
        .containsExactly(
            new StageSpec.Step(-1, MAP),
            new StageSpec.Step(0, FILTER),
            new StageSpec.Step(1, new Operator.Result(0, COLLECT)));
  }

  @Test
  void stepThatTwoOutputsShareRunsOnce() {
    Node mapped = narrow(3, lines, MAP);
    StageCompiler compiler = compiler(Set.of());

    compiler.result(narrow(4, mapped, FILTER), BATCH, COLLECT);
    compiler.result(mapped, BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(1);
    assertThat(operators(stages.get(0))).containsOnlyOnce(MAP);
    assertThat(stages.get(0).spec().steps())
        .contains(new StageSpec.Step(0, new Operator.Result(0, COLLECT)));
  }

  @Test
  void shuffleCutsTheGraphInTwo() {
    Aggregation.Group group = new Aggregation.Group();
    Node exchange = new Node.Exchange(3, List.of(lines), group, 4);
    StageCompiler compiler = compiler(Set.of());

    compiler.result(narrow(4, exchange, MAP), BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(2);
    assertThat(operators(stages.get(0)))
        .containsExactly(new Operator.ShuffleOut(3, 0, 0, 4, group, false));
    assertThat(stages.get(1).spec().leaf()).isEqualTo(new StageSpec.Merge(3, group));
    assertThat(stages.get(0).rereads()).isTrue();
    assertThat(stages.get(1).rereads()).isFalse();
  }

  @Test
  void shuffleThatTwoOutputsReadIsWrittenOnce() {
    Node exchange = new Node.Exchange(3, List.of(lines), new Aggregation.Group(), 4);
    StageCompiler compiler = compiler(Set.of());

    compiler.result(narrow(4, exchange, MAP), BATCH, COLLECT);
    compiler.result(narrow(5, exchange, FILTER), BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(2);
    assertThat(stages.get(0).spec().steps()).hasSize(1);
  }

  @Test
  void inputsOfAUnionKeepTheirStagesAndGetLegsInOrder() {
    Node union = new Node.Union(3, List.of(lines, words));
    StageCompiler compiler = compiler(Set.of());

    compiler.result(narrow(4, union, MAP), BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(2);
    assertThat(operators(stages.get(0))).containsExactly(MAP, new Operator.Result(0, COLLECT));
    assertThat(operators(stages.get(1))).containsExactly(MAP, new Operator.Result(1, COLLECT));
  }

  @Test
  void unionOfAStreamWithItselfGivesItsRecordsTwice() {
    StageCompiler compiler = compiler(Set.of());

    compiler.result(new Node.Union(3, List.of(lines, lines)), BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(1);
    assertThat(operators(stages.get(0)))
        .containsExactly(new Operator.Result(0, COLLECT), new Operator.Result(1, COLLECT));
  }

  @Test
  void keptDatasetIsReadInsteadOfMadeAgain() {
    Node exchange = new Node.Exchange(3, List.of(lines), new Aggregation.Group(), 4);
    StageCompiler compiler = compiler(Set.of(3));

    compiler.result(exchange, BATCH, COLLECT);
    compiler.store(exchange, BATCH);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(1);
    assertThat(stages.get(0).input()).isEqualTo(new Stage.StoredInput(exchange, BATCH));
    assertThat(operators(stages.get(0))).containsExactly(new Operator.Result(0, COLLECT));
  }

  @Test
  void windowKeepsItsInputAndIsReadAfterIt() {
    Node mapped = narrow(3, lines, MAP);
    Node window = new Node.Window(
        4, mapped, WindowSpec.of(Duration.ofSeconds(2), Duration.ofSeconds(1), 1000));
    StageCompiler compiler = compiler(Set.of());

    compiler.result(window, BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(stages).hasSize(2);
    assertThat(operators(stages.get(0))).containsExactly(MAP, new Operator.Store(3, 0));
    assertThat(stages.get(1).input()).isInstanceOf(Stage.WindowInput.class);
  }

  @Test
  void stepsThatAreToldTheirPartitionRunOnceForEachLegOfAUnion() {
    Operator numbered = new Operator.MapPartitions(FUNCTION);
    Node union = new Node.Union(3, List.of(lines, lines));
    StageCompiler compiler = compiler(Set.of());

    compiler.result(narrow(5, narrow(4, union, MAP), numbered), BATCH, COLLECT);

    List<Stage> stages = compiler.compile();
    assertThat(operators(stages.get(0)).stream().filter(MAP::equals)).hasSize(1);
    assertThat(operators(stages.get(0)).stream().filter(numbered::equals)).hasSize(2);
    assertThat(stages.get(0).places().values())
        .contains(new Stage.Place(5, 0), new Stage.Place(5, 1));
  }

  @Test
  void whatTheProgramKeepsIsComputedAndKeptInOnePassThenRead() {
    Node.Kept kept = new Node.Kept(4, narrow(3, lines, MAP), BATCH, StorageLevel.MEMORY_ONLY);
    Operator keep = new Operator.Keep(4, 0, BATCH, StorageLevel.MEMORY_ONLY);

    assertThat(operators(compiled(kept, StageCompiler.Keeping.MAKE)))
        .containsExactly(MAP, keep, FILTER, new Operator.Result(0, COLLECT));
    assertThat(operators(compiled(kept, StageCompiler.Keeping.IGNORE)))
        .containsExactly(MAP, FILTER, new Operator.Result(0, COLLECT));
    Stage reading = compiled(kept, StageCompiler.Keeping.READ);
    assertThat(reading.input()).isEqualTo(new Stage.KeptInput(kept, BATCH));
    assertThat(operators(reading)).containsExactly(FILTER, new Operator.Result(0, COLLECT));
  }

  private static Stage compiled(Node.Kept kept, StageCompiler.Keeping keeping) {
    StageCompiler compiler = new StageCompiler(new EmptySurroundings() {
      @Override
      public boolean isStored(Node node, long batchMillis) {
        return false;
      }

      @Override
      public StageCompiler.Keeping keeping(Node.Kept node) {
        return keeping;
      }
    });
    compiler.result(narrow(5, kept, FILTER), BATCH, COLLECT);
    return compiler.compile().get(0);
  }

  private static Node narrow(int id, Node input, Operator operator) {
    return new Node.Narrow(id, input, operator, false);
  }

  private static List<Operator> operators(Stage stage) {
    List<Operator> operators = new ArrayList<>();
    stage.spec().steps().forEach(step -> operators.add(step.operator()));
    return operators;
  }

  private static StageCompiler compiler(Set<Integer> stored) {
    return new StageCompiler(new EmptySurroundings() {
      @Override
      public boolean isStored(Node node, long batchMillis) {
        return stored.contains(node.id());
      }
    });
  }
}
