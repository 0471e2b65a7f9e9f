package io.sluice.block;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A list that only grows, in arrays of bounded size. A large array is placed among old objects by G1, so that each store into it
 * costs the processor a full stop, and is copied whenever it grows; small ones begin and mostly end among the young.
 */
public final class ChunkedList<E> extends AbstractList<E> implements RandomAccess {

  /** References in an array: 16 KiB. */
  public static final int CHUNK = 4096;

  private static final int FIRST = 16;
  private static final int SHIFT = Integer.numberOfTrailingZeros(CHUNK);

  private final List<Object[]> full = new ArrayList<>();
  private Object[] last = new Object[FIRST];
  private int inLast;

  @Override
  public boolean add(E element) {
    if (inLast == last.length) {
      more();
    }
    last[inLast++] = element;
    return true;
  }

  @Override
  @SuppressWarnings("unchecked")
  public E get(int index) {
    Objects.checkIndex(index, size());
    int chunk = index >> SHIFT;
    Object[] elements = chunk == full.size() ? last : full.get(chunk);
    return (E) elements[index & CHUNK - 1];
  }

  @Override
  public int size() {
    return (full.size() << SHIFT) + inLast;
  }

  @Override
  public void clear() {
    full.clear();
    last = new Object[FIRST];
    inLast = 0;
  }

  private void more() {
    if (last.length < CHUNK) {
      last = Arrays.copyOf(last, last.length * 4);
    } else {
      full.add(last);
      last = new Object[CHUNK];
      inLast = 0;
    }
  }
}
