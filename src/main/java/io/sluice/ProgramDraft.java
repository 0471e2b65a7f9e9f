package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.scheduler.StreamProgram;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A program while it is written: its outputs, and what they need. */
final class ProgramDraft implements Serializable {

  private static final long serialVersionUID = 1L;

  private final long intervalMillis;
  private final List<Program.Output> outputs = new ArrayList<>();
  private final Map<Integer, StreamProgram.BatchFunction> functions = new HashMap<>();
  private final List<StreamProgram.ReceiverSpec> receivers = new ArrayList<>();
  private final List<SinkOutput<?>> sinks = new ArrayList<>();
  private final Set<Node> persisted = new HashSet<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final Map<Integer, Long> checkpointMillis = new HashMap<>();
  private long rememberMillis;
  private int streams;

  ProgramDraft(long intervalMillis) {
    this.intervalMillis = intervalMillis;
  }

  void addOutput(
      String operation, Node node, long slideMillis, StreamProgram.BatchFunction function) {
    int output = outputs.size();
    outputs.add(new Program.Output(output, operation + "-" + output, node, slideMillis));
    functions.put(output, function);
  }

  void addNamedOutput(
      String name, Node node, long slideMillis, StreamProgram.BatchFunction function) {
    if (outputs.stream().anyMatch(output -> output.name().equals(name))) {
      throw new IllegalArgumentException(
          "Two outputs are named '%s'; each must have a name of its own, by which its sink knows what it has."
              .formatted(name));
    }
    int output = outputs.size();
    outputs.add(new Program.Output(output, name, node, slideMillis));
    functions.put(output, function);
  }

  boolean hasOutputs() {
    return !outputs.isEmpty();
  }

  /** Gives the number of the receiver's stream. */
  int addReceiver(String label, String preferredHost, byte[] receiver) {
    int stream = addStream();
    receivers.add(new StreamProgram.ReceiverSpec(stream, label, preferredHost, receiver));
    return stream;
  }

  /** Gives the number of a stream. */
  int addStream() {
    return streams++;
  }

  void addSink(SinkOutput<?> sink) {
    sinks.add(sink);
  }

  List<SinkOutput<?>> sinks() {
    return sinks;
  }

  void persist(Node node) {
    persisted.add(node);
  }

  /** What the node remembers is written whole so often. */
  void checkpoint(Node node, long millis) {
    checkpointMillis.put(node.id(), millis);
  }

  /** Gives a node a name; false if another node has it. */
  boolean name(Node node, String name) {
    boolean taken = names.entrySet().stream()
        .anyMatch(known -> known.getValue().equals(name) && known.getKey() != node.id());
    if (!taken) {
      names.put(node.id(), name);
    }
    return !taken;
  }

  void remember(long millis) {
    rememberMillis = millis;
  }

  Program program() {
    try {
      return new Program(
          intervalMillis, outputs, persisted, rememberMillis, names, checkpointMillis);
    } catch (StackOverflowError deep) {
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "A stream is made in too many steps, one of the other, to be planned. Do several steps in one function.",
          deep);
    }
  }

  /** As much of the program as {@link #replaying} needs: its graph, without what is done with outputs. */
  ProgramDraft graph() {
    ProgramDraft graph = new ProgramDraft(intervalMillis);
    graph.outputs.addAll(outputs);
    graph.persisted.addAll(persisted);
    graph.names.putAll(names);
    graph.checkpointMillis.putAll(checkpointMillis);
    graph.rememberMillis = rememberMillis;
    return graph;
  }

  /**
   * The program without its receivers, whose outputs are only collected.
   *
   * @param collector makes of an output what is done with its batches
   */
  StreamProgram replaying(Function<Program.Output, StreamProgram.BatchFunction> collector) {
    Map<Integer, StreamProgram.BatchFunction> collecting = new HashMap<>();
    outputs.forEach(output -> collecting.put(output.id(), collector.apply(output)));
    return new StreamProgram(program(), collecting, List.of());
  }

  /** The program to be started, with the receivers that an output needs. */
  StreamProgram finish() {
    Program program = program();
    return new StreamProgram(
        program,
        functions,
        receivers.stream().filter(receiver -> program.reads(receiver.stream())).toList());
  }
}
