package bench;

/** W4: a million keys, updated in an order that has nothing to do with where they lie; any 50,000 in a row differ. */
public final class KeyOrder {

  public static final int KEYS = 1_000_000;

  private static final long STEP = 387_420_489;
  private static String[] keys;

  private KeyOrder() {}

  public static synchronized String[] all() {
    if (keys == null) {
      String[] made = new String[KEYS];
      long at = 0;
      for (int i = 0; i < KEYS; i++) {
        at = (at + STEP) % KEYS;
        made[i] = "k%07d".formatted(at);
      }
      Text.settle();
      keys = made;
    }
    return keys;
  }
}
