package io.sluice.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TextStepsTest {

  private static final int ROUNDS = 2000;

  @Test
  void linesThatContainATextAreThoseOfAFunctionOnStrings() {
    check((random, lines) -> {
      String text = Stream.of("", "a", "aä", "b a", "\r", "\ta").toList().get(random.nextInt(6));
      assertThat(run(lines.block, next -> new TextSteps.Containing(text, next)))
          .as("[%s] in %s", text, lines.strings)
          .isEqualTo(lines.strings.stream().filter(line -> line.contains(text)).toList())
          .isEqualTo(runOnStrings(lines, next -> new TextSteps.Containing(text, next)));
    });
  }

  @Test
  void wordsAreThePartsBetweenWhiteSpace() {
    check((random, lines) -> assertThat(run(lines.block, TextSteps.Words::new))
        .as("%s", lines.strings)
        .isEqualTo(lines.strings.stream()
            .flatMap(line -> Arrays.stream(line.split("\\s+")))
            .filter(word -> !word.isEmpty())
            .toList())
        .isEqualTo(runOnStrings(lines, TextSteps.Words::new)));
  }

  @Test
  void countsOfWordsAreThoseOfAMap() {
    check((random, lines) -> {
      UnaryOperator<Output> chain = next -> new TextSteps.Words(new TextSteps.CountValues(next));
      Map<Object, Long> expected = new HashMap<>();
      run(lines.block, TextSteps.Words::new).forEach(word -> expected.merge(word, 1L, Long::sum));

      assertThat(counts(run(lines.block, chain))).isEqualTo(expected);
      assertThat(counts(runOnStrings(lines, chain))).isEqualTo(expected);
    });
  }

  @Test
  void linesAreCountedWithoutBeingRead() {
    check((random, lines) -> assertThat(run(lines.block, Transforms.CountRecords::new))
        .containsExactly((long) lines.strings.size()));
  }

  @Test
  void stepThatWantsStringsGetsThemBesideOneThatWantsBytes() {
    check((random, lines) -> assertThat(run(
            lines.block,
            next -> Output.all(
                new Output[] {new TextSteps.Containing("a", next), new Collector(new ArrayList<>())
                })))
        .isEqualTo(lines.strings.stream().filter(line -> line.contains("a")).toList()));
  }

  private static Map<Object, Long> counts(List<Object> pairs) {
    Map<Object, Long> counts = new HashMap<>();
    pairs.forEach(pair ->
        counts.merge(((Pair<?, ?>) pair).key(), (Long) ((Pair<?, ?>) pair).value(), Long::sum));
    return counts;
  }

  private interface Case {
    void check(Random random, TextLines lines);
  }

  private static void check(Case aCase) {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      aCase.check(random, TextLines.of(random));
    }
  }

  /** The same text as one block and as lines, some of which end with a carriage return too. */
  private record TextLines(Block block, List<String> strings) {
    static TextLines of(Random random) {
      StringBuilder text = new StringBuilder();
      List<String> lines = new ArrayList<>();
      for (int i = random.nextInt(6); i >= 0; i--) {
        String line = line(random);
        lines.add(line);
        text.append(line).append(random.nextInt(4) == 0 ? "\r\n" : "\n");
      }
      if (random.nextBoolean() && !lines.get(lines.size() - 1).isEmpty()) {
        text.setLength(text.toString().stripTrailing().length());
        lines.set(lines.size() - 1, lines.get(lines.size() - 1).stripTrailing());
        if (lines.get(lines.size() - 1).isEmpty()) {
          return of(random);
        }
      }
      byte[] bytes = ("?" + text).getBytes(StandardCharsets.UTF_8);
      return new TextLines(Block.Text.of(bytes, lines.size()), lines);
    }

    private static String line(Random random) {
      StringBuilder line = new StringBuilder();
      for (int i = random.nextInt(25); i > 0; i--) {
        line.append("aab  ä\t\u000B漢".charAt(random.nextInt(9)));
      }
      return line.toString();
    }
  }

  private static List<Object> run(Block block, UnaryOperator<Output> chain) {
    Collector collector = new Collector(new ArrayList<>());
    Output first = chain.apply(collector);
    block.push(new RecordCodec(TextStepsTest.class.getClassLoader()), first);
    first.finish();
    return collector.records;
  }

  private static List<Object> runOnStrings(TextLines lines, UnaryOperator<Output> chain) {
    return run(Block.Records.of(lines.strings), chain);
  }

  private static final class Collector extends Output {
    private final List<Object> records;

    Collector(List<Object> records) {
      this.records = records;
    }

    @Override
    public void accept(Object record) {
      records.add(record);
    }

    @Override
    void finish() {}
  }
}
