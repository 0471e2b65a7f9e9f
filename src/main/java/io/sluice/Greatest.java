package io.sluice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The greatest of many records. A record may be null, if the order knows where it belongs. */
final class Greatest<T> {

  private record Held<T>(T record) {}

  private final int count;
  private final Comparator<? super T> order;
  private final PriorityQueue<Held<T>> records;

  /**
   * @param count how many are held, at least 1
   */
  Greatest(int count, Comparator<? super T> order) {
    this.count = count;
    this.order = order;
    this.records = new PriorityQueue<>((left, right) -> order.compare(left.record, right.record));
  }

  void add(T record) {
    records.add(new Held<>(record));
    if (records.size() > count) {
      records.remove();
    }
  }

  /** Greatest first. */
  List<T> sorted() {
    List<T> sorted = new ArrayList<>(records.size());
    records.forEach(held -> sorted.add(held.record));
    sorted.sort(order.reversed());
    return sorted;
  }
}
