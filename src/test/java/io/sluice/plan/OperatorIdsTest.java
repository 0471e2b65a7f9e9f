package io.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorIdsTest {

  private final List<Node> nodes = new ArrayList<>();

  private int id() {
    return nodes.size() + 1;
  }

  private <N extends Node> N add(N node) {
    nodes.add(node);
    return node;
  }

  private Node source(String name) {
    return add(new Node.Received(id(), id(), name));
  }

  private Node count(Node input) {
    return add(new Node.Narrow(id(), input, new Operator.CountRecords(), false));
  }

  private Node window(Node input) {
    return add(new Node.Window(id(), input, new WindowSpec(2000, 1000, 1000)));
  }

  private OperatorIds ids() {
    return new OperatorIds(nodes, Map.of());
  }

  @Test
  void operatorsElsewhereChangeNothing() {
    Node window = window(count(source("socketTextStream localhost:9999")));
    String before = ids().of(window);
    nodes.clear();
    Node other = source("sourceStream");
    window(other);
    count(other);
    Node same = window(count(source("socketTextStream localhost:7777")));

    assertThat(ids().of(same)).isEqualTo(before);
  }

  @Test
  void stepBeforeItMakesAnOperatorAnother() {
    Node input = source("sourceStream");
    Node direct = window(input);
    Node behind = window(count(input));

    assertThat(ids().of(direct)).isNotEqualTo(ids().of(behind));
  }

  @Test
  void equalOperatorsAreNumbered() {
    Node input = source("sourceStream");
    Node first = window(input);
    Node second = window(input);

    assertThat(ids().of(second)).isEqualTo(ids().of(first) + "#2");
  }

  @Test
  void nameCountsWhateverComesBefore() {
    Node window = window(count(count(source("sourceStream"))));

    OperatorIds named = new OperatorIds(nodes, Map.of(window.id(), "orders"));

    assertThat(named.of(window)).isEqualTo("orders");
    assertThat(nodes.stream().map(named::of).distinct()).hasSameSizeAs(nodes);
  }
}
