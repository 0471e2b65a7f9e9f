package bench;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.storm.Config;
import org.apache.storm.Constants;
import org.apache.storm.LocalCluster;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/**
 * The workloads on Storm: one worker, no ackers, tuples handed over a hundred at a time. A spout and each bolt have a
 * thread of their own, so one of each is enough for two cores; windows are by ticks of a second.
 */
public final class Storm {

  private Storm() {}

  public static void main(String[] args) throws Exception {
    String workload = args[0];
    Measure measure = new Measure("storm", workload, args[1]);
    Config config = new Config();
    config.put(Config.TOPOLOGY_WORKERS, 1);
    config.put(Config.TOPOLOGY_ACKER_EXECUTORS, 0);
    config.put(Config.TOPOLOGY_PRODUCER_BATCH_SIZE, 100);
    config.put(Config.TOPOLOGY_TICK_TUPLE_FREQ_SECS, 1);
    System.setProperty("storm.local.dir", System.getProperty("java.io.tmpdir"));
    TopologyBuilder topology = build(workload);
    new LocalCluster().submitTopology("bench", config, topology.createTopology());
    if (workload.equals("W6")) {
      StartUp.run(measure);
    }
    measure.run(Integer.parseInt(args[2]));
  }

  private static TopologyBuilder build(String workload) {
    TopologyBuilder topology = new TopologyBuilder();
    topology.setSpout("lines", workload.equals("W6") ? new OneLine() : new Memory(workload));
    switch (workload) {
      case "W1" -> {
        topology.setBolt("grep", new Grep()).localOrShuffleGrouping("lines");
        topology.setBolt("hits", new Hits()).localOrShuffleGrouping("grep");
      }
      case "W2" -> words(topology, new Count());
      case "W3" -> words(topology, new Window());
      case "W4" ->
          topology.setBolt("totals", new Totals()).fieldsGrouping("lines", new Fields("text"));
      case "W6" -> words(topology, new First());
      default -> throw new IllegalArgumentException("No such workload: " + workload);
    }
    return topology;
  }

  private static void words(TopologyBuilder topology, Bolt count) {
    topology.setBolt("split", new Split()).localOrShuffleGrouping("lines");
    topology.setBolt("count", count).fieldsGrouping("split", new Fields("text"));
  }

  private static final class Memory extends BaseRichSpout {
    private final String workload;
    private transient Cycle cycle;
    private transient SpoutOutputCollector out;

    Memory(String workload) {
      this.workload = workload;
    }

    @Override
    public void open(
        Map<String, Object> config, TopologyContext context, SpoutOutputCollector collector) {
      cycle = Cycle.of(workload, 0, 1);
      out = collector;
    }

    @Override
    public void nextTuple() {
      cycle.give(10, line -> out.emit(new Values(line)));
      if (Given.isOver()) {
        out.emit(new Values(Text.TICK));
      }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
      declarer.declare(new Fields("text"));
    }
  }

  private static final class OneLine extends BaseRichSpout {
    private transient SpoutOutputCollector out;
    private transient boolean given;

    @Override
    public void open(
        Map<String, Object> config, TopologyContext context, SpoutOutputCollector collector) {
      out = collector;
    }

    @Override
    public void nextTuple() {
      if (!given) {
        given = true;
        out.emit(new Values(StartUp.LINE));
      }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
      declarer.declare(new Fields("text"));
    }
  }

  private abstract static class Bolt extends BaseRichBolt {
    transient OutputCollector out;

    @Override
    public void prepare(
        Map<String, Object> config, TopologyContext context, OutputCollector collector) {
      out = collector;
    }

    @Override
    public void execute(Tuple tuple) {
      if (tuple.getSourceStreamId().equals(Constants.SYSTEM_TICK_STREAM_ID)) {
        second();
      } else {
        take(tuple.getString(0));
      }
      out.ack(tuple);
    }

    abstract void take(String text);

    /** A second is over. */
    void second() {}

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
      declarer.declare(new Fields("text"));
    }
  }

  // Bolts pass ticks on: when nothing follows, tuples may wait for their hundred to be complete.
  private static final class Grep extends Bolt {
    @Override
    void take(String line) {
      if (line.contains(Text.NEEDLE) || line.equals(Text.TICK)) {
        out.emit(new Values(line));
      }
    }
  }

  private static final class Hits extends Bolt {
    private long hits;

    @Override
    void take(String line) {
      if (!line.equals(Text.TICK)) {
        hits++;
      }
    }

    @Override
    void second() {
      Measure.RESULTS.add(hits);
      hits = 0;
    }
  }

  private static final class Split extends Bolt {
    @Override
    void take(String line) {
      if (line.equals(Text.TICK)) {
        out.emit(new Values(line));
        return;
      }
      for (String word : line.split(" ")) {
        out.emit(new Values(word));
      }
    }
  }

  private static class Count extends Bolt {
    HashMap<String, Integer> counts = new HashMap<>();

    @Override
    void take(String word) {
      if (!word.equals(Text.TICK)) {
        counts.merge(word, 1, Integer::sum);
      }
    }

    @Override
    void second() {
      Measure.RESULTS.add(counts.values().stream().mapToLong(Integer::longValue).sum());
      counts.clear();
    }
  }

  /** The counts of ten seconds, by what enters and what leaves. */
  private static final class Window extends Count {
    private final HashMap<String, Integer> totals = new HashMap<>();
    private final ArrayDeque<Map<String, Integer>> panes = new ArrayDeque<>();

    @Override
    void second() {
      counts.forEach((word, count) -> totals.merge(word, count, Integer::sum));
      panes.add(counts);
      counts = new HashMap<>();
      if (panes.size() > 10) {
        panes.remove().forEach(this::leave);
      }
      Tops.window(top());
    }

    private void leave(String leaving, Integer count) {
      totals.computeIfPresent(
          leaving, (word, total) -> total.equals(count) ? null : total - count);
    }

    private Map<String, Long> top() {
      PriorityQueue<Map.Entry<String, Integer>> top =
          new PriorityQueue<>(Map.Entry.comparingByValue());
      for (Map.Entry<String, Integer> entry : totals.entrySet()) {
        top.add(entry);
        if (top.size() > 10) {
          top.remove();
        }
      }
      Map<String, Long> window = new HashMap<>();
      top.forEach(entry -> window.put(entry.getKey(), entry.getValue().longValue()));
      return window;
    }
  }

  private static final class Totals extends Bolt {
    private final HashMap<String, Long> totals = new HashMap<>();

    @Override
    void take(String key) {
      if (!key.equals(Text.TICK)) {
        Measure.updated(totals.merge(key, 1L, Long::sum));
      }
    }
  }

  private static final class First extends Bolt {
    private final HashMap<String, Long> counts = new HashMap<>();

    @Override
    void take(String word) {
      StartUp.count(word, counts.merge(word, 1L, Long::sum));
    }
  }
}
