package io.sluice.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names the nodes of a program so that the next version of it has the same names: what a node has kept is found again by them.
 *
 * <p>A node has the name that the program gave it, or one made of its operation and of the names of its inputs. Operators that
 * are added, removed or reordered elsewhere, and functions that are changed, leave it as it is. Nodes of the same operation and
 * inputs are numbered in the order in which they were made.
 */
public final class OperatorIds {

  private static final int HASH_DIGITS = 8;

  private final Map<Integer, String> ids = new TreeMap<>();
  private final Map<Integer, String> given;
  private final Map<String, Integer> numbers = new HashMap<>();

  /**
   * @param nodes those of the program
   * @param given the names that the program gave, by node
   */
  public OperatorIds(Collection<Node> nodes, Map<Integer, String> given) {
    this.given = new HashMap<>(given);
    List<Node> inOrder =
        nodes.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    inOrder.stream().filter(node -> given.containsKey(node.id())).forEach(this::nameInner);
    inOrder.forEach(this::name);
  }

  /** The node's name. */
  public String of(Node node) {
    return name(node);
  }

  /** One operation can make several nodes, of which an inner one may be what remembers. */
  private void nameInner(Node named) {
    String name = given.get(named.id());
    Node node = named;
    while (!(node instanceof Node.Exchange) && Inputs.of(node).size() == 1) {
      node = Inputs.of(node).get(0);
      if (given.putIfAbsent(node.id(), name + "/" + operation(node)) != null) {
        return;
      }
    }
  }

  private String name(Node node) {
    String known = ids.get(node.id());
    if (known != null) {
      return known;
    }
    String name = given.get(node.id());
    if (name == null) {
      StringBuilder path = new StringBuilder(operation(node));
      Inputs.of(node).forEach(input -> path.append('(').append(name(input)).append(')'));
      name = operation(node) + "-" + hash(path.toString());
    }
    int number = numbers.merge(name, 1, Integer::sum);
    String unique = number == 1 ? name : name + "#" + number;
    ids.put(node.id(), unique);
    return unique;
  }

  private static String operation(Node node) {
    if (node instanceof Node.Received received) {
      // What follows, such as the port, may change.
      return received.name().split(" ", 2)[0];
    } else if (node instanceof Node.Generated generated) {
      return generated.operation();
    } else if (node instanceof Node.Narrow narrow) {
      return narrow.operator().getClass().getSimpleName();
    } else if (node instanceof Node.Stateful stateful) {
      return stateful.operator().getClass().getSimpleName();
    } else if (node instanceof Node.SideOutput side) {
      return side.operator().getClass().getSimpleName();
    }
    return node.getClass().getSimpleName();
  }

  private static String hash(String path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
