package bench;

import io.sluice.api.BlockSettings;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.ShuffleSettings;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.UserCode;
import io.sluice.shuffle.AggregateTable;
import io.sluice.shuffle.Combiner;
import io.sluice.shuffle.Contribution;
import io.sluice.shuffle.Inbox;
import io.sluice.shuffle.MapOutput;
import io.sluice.shuffle.TextCounts;
import io.sluice.state.KeyedState;
import io.sluice.state.MappedState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** The inner parts of Sluice by themselves, on the words of the workloads: nanoseconds a record. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgs = {"-Xms2g", "-Xmx2g", "-XX:+UseG1GC"})
public class Inner {

  private static final int RECORDS = 10_000;
  private static final int TOUCHED = 50_000;
  private static final int PARTITIONS = 2;

  /** Ten thousand words in the order of the text. */
  @State(Scope.Thread)
  public static class Words {
    final List<String> words = new ArrayList<>();
    final List<Pair<String, Integer>> pairs = new ArrayList<>();
    final List<byte[]> bytes = new ArrayList<>();
    final RecordCodec codec = new RecordCodec(Inner.class.getClassLoader());
    final Aggregation sum =
        new Aggregation.Reduce(
            Closure.of((Function2<Integer, Integer, Integer>) Integer::sum, "reduceByKey"));
    final Combiner combiner = Combiner.of(sum, new UserCode(Inner.class.getClassLoader()));
    byte[] encodedWords;
    byte[] encodedPairs;

    @Setup
    public void read() {
      for (int line = 0; words.size() < RECORDS; line++) {
        for (String word : Text.lines()[line].split(" ")) {
          if (words.size() < RECORDS) {
            words.add(word);
          }
        }
      }
      for (String word : words) {
        pairs.add(Pair.of(word, 1));
        bytes.add(word.getBytes(StandardCharsets.UTF_8));
      }
      encodedWords = codec.encode(words);
      encodedPairs = codec.encode(pairs);
    }
  }

  /** Memory for shuffles. */
  @State(Scope.Thread)
  public static class Space {
    private final ShuffleSpace space =
        new ShuffleSpace(
            new ShuffleSettings(1L << 30),
            new BlockSettings(1 << 20, 1 << 20, Path.of(System.getProperty("java.io.tmpdir"))));

    @TearDown
    public void close() {
      space.close();
    }
  }

  /** A million keys, of which a batch touches fifty thousand. */
  @State(Scope.Thread)
  public static class Million {
    final KeyedState state = new KeyedState();
    private long batch;
    private final Object[] ones = new Object[TOUCHED];
    private int next;

    @Setup
    public void fill() {
      Arrays.fill(ones, 1L);
      state.open(++batch, 1);
      for (String key : KeyOrder.all()) {
        state.put(key, 0L);
      }
      end();
    }

    Object[] touch() {
      Object[] touched = Arrays.copyOfRange(KeyOrder.all(), next, next + TOUCHED);
      next = (next + TOUCHED) % KeyOrder.KEYS;
      return touched;
    }

    void end() {
      state.complete();
      state.release();
      state.commit(batch);
    }
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public byte[] encodeStrings(Words data) {
    return data.codec.encode(data.words);
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public List<Object> decodeStrings(Words data) {
    return data.codec.decode(data.encodedWords);
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public byte[] encodePairs(Words data) {
    return data.codec.encode(data.pairs);
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public List<Object> decodePairs(Words data) {
    return data.codec.decode(data.encodedPairs);
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public AggregateTable aggregate(Words data) {
    AggregateTable table = new AggregateTable(data.combiner);
    for (String word : data.words) {
      table.add(word, 1, 0);
    }
    return table;
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public TextCounts aggregateText(Words data) {
    TextCounts counts = new TextCounts();
    for (byte[] word : data.bytes) {
      counts.add(word, 0, word.length);
    }
    return counts;
  }

  /** What a map task does with its pairs for another node. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public byte[] shuffleWrite(Words data) {
    return map(data).encode(data.codec);
  }

  /** Two map tasks on this node, merged. */
  @Benchmark
  @OperationsPerInvocation(2 * RECORDS)
  public void shuffleHere(Words data, Space space, Blackhole hole) {
    try (Inbox inbox = new Inbox(space.space, data.codec)) {
      inbox.expect(2);
      inbox.add(0, map(data));
      inbox.add(1, map(data));
      merge(inbox, data, hole);
    }
  }

  /** Two map tasks on another node, merged. */
  @Benchmark
  @OperationsPerInvocation(2 * RECORDS)
  public void shuffleFromAfar(Words data, Space space, Blackhole hole) {
    try (Inbox inbox = new Inbox(space.space, data.codec)) {
      inbox.expect(2);
      inbox.add(0, map(data).encode(data.codec));
      inbox.add(1, map(data).encode(data.codec));
      merge(inbox, data, hole);
    }
  }

  private static Contribution map(Words data) {
    MapOutput output = new MapOutput(data.sum, data.combiner, 0, PARTITIONS, false);
    for (String word : data.words) {
      output.add(word, 1);
    }
    return output.finish();
  }

  private static void merge(Inbox inbox, Words data, Blackhole hole) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      inbox.merge(partition, data.combiner, (keys, values, size) -> hole.consume(values));
    }
  }

  /** A batch of mapWithState, to its commit. */
  @Benchmark
  @OperationsPerInvocation(TOUCHED)
  public void state(Million keys, Blackhole hole) {
    keys.state.open(++keys.batch, 1);
    MappedState mapped =
        new MappedState(
            keys.state,
            (key, value, state, out) -> {
              long total = (Long) state.get() + 1;
              state.update(total);
              out.accept(total);
            },
            null);
    mapped.addAll(keys.touch(), keys.ones, TOUCHED, hole::consume);
    keys.end();
  }
}
