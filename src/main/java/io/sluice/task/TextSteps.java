package io.sluice.task;

import io.sluice.api.Pair;
import io.sluice.block.Lines;
import io.sluice.block.TextSearch;
import io.sluice.shuffle.AggregateTable;
import io.sluice.shuffle.Combiner;
import io.sluice.shuffle.TextCounts;
import java.util.StringTokenizer;

/** The steps that work on text as the bytes in which it came. Of Strings they make the same. */
final class TextSteps {

  private TextSteps() {}

  /** The records that contain a text. */
  static final class Containing extends Output {
    private final String text;
    private final TextSearch search;
    private final Output next;

    Containing(String text, Output next) {
      this.text = text;
      this.search = new TextSearch(text);
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      if (((String) record).contains(text)) {
        next.accept(record);
      }
    }

    @Override
    public void acceptText(byte[] bytes, int from, int to) {
      if (search.find(bytes, from, to) >= 0) {
        next.acceptText(bytes, from, to);
      }
    }

    /** Lines without the text are never told apart. */
    @Override
    public void acceptLines(byte[] bytes, int from, int to) {
      if (!search.isWithinLine()) {
        super.acceptLines(bytes, from, to);
        return;
      }
      int start = from;
      for (int found = search.find(bytes, start, to);
          found >= 0;
          found = search.find(bytes, start, to)) {
        int lineStart = found;
        while (lineStart > start && bytes[lineStart - 1] != '\n') {
          lineStart--;
        }
        int lineEnd = found;
        while (lineEnd < to && bytes[lineEnd] != '\n') {
          lineEnd++;
        }
        next.acceptText(bytes, lineStart, Lines.withoutReturn(bytes, lineStart, lineEnd));
        start = Math.min(to, lineEnd + 1);
      }
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      next.finish();
    }
  }

  /** What is between white space. */
  static final class Words extends Output {
    private static final String WHITE = " \t\n\u000B\f\r";

    private final Output next;

    Words(Output next) {
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      StringTokenizer words = new StringTokenizer((String) record, WHITE);
      while (words.hasMoreTokens()) {
        next.accept(words.nextToken());
      }
    }

    @Override
    public void acceptText(byte[] bytes, int from, int to) {
      int start = from;
      for (int at = from; at < to; at++) {
        if (isWhite(bytes[at])) {
          if (at > start) {
            next.acceptText(bytes, start, at);
          }
          start = at + 1;
        }
      }
      if (to > start) {
        next.acceptText(bytes, start, to);
      }
    }

    /** The end of a line ends a word as a blank does. */
    @Override
    public void acceptLines(byte[] bytes, int from, int to) {
      acceptText(bytes, from, to);
    }

    private static boolean isWhite(byte unit) {
      return unit <= ' ' && (unit == ' ' || (unit >= '\t' && unit <= '\r'));
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      next.finish();
    }
  }

  /** How often each record occurs, at the end. */
  static final class CountValues extends Output {
    private final TextCounts texts = new TextCounts();
    private final AggregateTable others = new AggregateTable(new Combiner.Counting());
    private final Output next;

    CountValues(Output next) {
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      others.add(record, record, 0);
    }

    @Override
    public void acceptText(byte[] bytes, int from, int to) {
      texts.add(bytes, from, to);
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      texts.forEach((text, count) -> next.accept(new Pair<>(text, count)));
      for (int entry = 0; entry < others.size(); entry++) {
        next.accept(new Pair<>(others.key(entry), ((long[]) others.value(entry))[0]));
      }
      next.finish();
    }
  }
}
