package io.sluice.state;

import org.jspecify.annotations.Nullable;

/**
 * Holds a value, or none. Common numbers are held by their bits: a reference that is stored into an old object costs the garbage
 * collector more than all else that an update does. G1 stops the processor's reading ahead at each such store, looks over the
 * object again, and has one more young object to copy.
 */
abstract class Slot {

  private enum Bits {
    LONG,
    INTEGER,
    DOUBLE
  }

  /** The value, or what the bits mean. */
  private @Nullable Object content;

  private long bits;

  /** The value, an equal one if it is a number; null for none. */
  final @Nullable Object value() {
    if (!(content instanceof Bits kind)) {
      return content;
    }
    return switch (kind) {
      case LONG -> (Object) bits;
      case INTEGER -> (int) bits;
      case DOUBLE -> Double.longBitsToDouble(bits);
    };
  }

  final boolean isEmpty() {
    return content == null;
  }

  final void set(@Nullable Object value) {
    if (value instanceof Long number) {
      hold(Bits.LONG, number);
    } else if (value instanceof Integer number) {
      hold(Bits.INTEGER, number);
    } else if (value instanceof Double number) {
      hold(Bits.DOUBLE, Double.doubleToRawLongBits(number));
    } else {
      point(value);
    }
  }

  final void setTo(Slot other) {
    bits = other.bits;
    point(other.content);
  }

  private void hold(Bits kind, long number) {
    bits = number;
    point(kind);
  }

  private void point(@Nullable Object to) {
    if (content != to) {
      content = to;
    }
  }
}
