package io.sluice;

import io.sluice.plan.Node;
import io.sluice.plan.Operator;

/**
 * A stream of text. Its own operations work on the bytes in which lines came, where they came as bytes, and make no String
 * of them: {@code lines.words().countByValue()} is much faster than the same with functions on Strings, and gives the same.
 * Functions of the program, as in {@link #map}, are given Strings as ever.
 */
public final class TextDStream extends DStream<String> {

  private static final long serialVersionUID = 1L;

  TextDStream(StreamingContext context, Node node, long slideMillis) {
    super(context, node, slideMillis);
  }

  /** The same records, with the operations of text. */
  public static TextDStream of(DStream<String> stream) {
    return new TextDStream(stream.context(), stream.node(), stream.slideMillis());
  }

  /**
   * The records that contain a text, as {@link String#contains} says.
   *
   * @param text the empty one is in every record
   */
  public TextDStream containing(String text) {
    requireGiven(text, "containing", "a text");
    return text(new Operator.Containing(text), true);
  }

  /**
   * The words of all records: their longest parts without a blank, a tab, a vertical tab, a form feed or the end of a line, as the
   * parts of {@code split("\\s+")} that are not empty.
   */
  public TextDStream words() {
    return text(new Operator.Words(), false);
  }

  private TextDStream text(Operator operator, boolean keepsKeys) {
    return new TextDStream(
        context(), new Node.Narrow(context().newId(), node(), operator, keepsKeys), slideMillis());
  }
}
