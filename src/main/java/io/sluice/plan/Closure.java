package io.sluice.plan;

import io.sluice.api.ErrorCode;
import io.sluice.api.ShellClasses;
import io.sluice.api.SluiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A user function in the form in which it travels: its bytes, and where in the program it was given.
 *
 * <p>Every task thread loads a copy of its own, also in embedded mode, so a function behaves on one
 * node as it does on many.
 */
public final class Closure implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Bounds what a function may bring; gadget chains need none of the JDK beyond these packages. */
  private static final String FILTER =
      "maxdepth=64;maxrefs=1000000;maxbytes=67108864;maxarray=10000000;"
          + "!java.rmi.**;!javax.management.**;!javax.naming.**;!java.net.URLClassLoader;"
          + "!sun.**;!com.sun.**;!jdk.**";

  private final byte[] bytes;
  private final String operation;
  private final String site;
  private final boolean counts;
  private final int hash;

  private Closure(byte[] bytes, boolean counts, String operation, String site) {
    this.bytes = bytes;
    this.counts = counts;
    this.operation = operation;
    this.site = site;
    this.hash = 31 * Arrays.hashCode(bytes) + site.hashCode();
  }

  /**
   * Serializes the function.
   *
   * @param operation the DSL method it was given to, for messages
   * @throws SluiceException FUNCTION_NOT_SERIALIZABLE, naming what it captures
   */
  public static Closure of(@Nullable Object function, String operation) {
    return of(function, function, operation);
  }

  /**
   * Serializes a function of the engine around one of the user's.
   *
   * @param function the user's, to be named in messages
   * @param wrapper what runs
   */
  public static Closure of(@Nullable Object function, @Nullable Object wrapper, String operation) {
    if (function == null) {
      throw new NullPointerException("The function passed to "
          + operation
          + " is null; pass a lambda, a method reference or an object.");
    }
    String site = CallSite.current();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
      boolean counts = write(wrapper, bytes);
      return new Closure(bytes.toByteArray(), counts, operation, site);
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.FUNCTION_NOT_SERIALIZABLE,
          "Function passed to "
              + operation
              + " at "
              + site
              + " is not serializable: "
              + Captures.culprit(function)
              + ". Functions run on the workers: capture only values that implement"
              + " java.io.Serializable, or make the value inside the function.",
          failure);
    }
  }

  /**
   * Reads a copy of the function.
   *
   * @param loader knows the program's classes
   */
  public Object load(ClassLoader loader) {
    try {
      return read(bytes, loader);
    } catch (InvalidClassException refused) {
      throw new SluiceException(
          ErrorCode.ACCESS_DENIED,
          "Function " + this + " was refused: " + refused.getMessage()
              + ". With all that it captures it may have at most 1000000 objects, 64 levels deep, and 64 MiB, and no"
              + " internal class of the JDK; give it more by StreamingContext.broadcast.",
          refused);
    } catch (IOException | ClassNotFoundException failure) {
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "Function "
              + this
              + " cannot be read here: "
              + failure
              + ". Ship the program's jar with --jar or sluice.program.jars.",
          failure);
    }
  }

  /** Reads a serialized object of the program. */
  public static Object read(byte[] bytes, ClassLoader loader)
      throws IOException, ClassNotFoundException {
    return read(bytes, loader, object -> object);
  }

  /**
   * Reads a serialized object of the program.
   *
   * @param resolve gives, for each object that was read, the one to take
   */
  public static Object read(byte[] bytes, ClassLoader loader, UnaryOperator<Object> resolve)
      throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new LoaderInputStream(bytes, loader, resolve)) {
      in.setObjectInputFilter(ObjectInputFilter.Config.createFilter(FILTER));
      return in.readObject();
    }
  }

  /** The serialized function. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The DSL method the function was given to. */
  public String operation() {
    return operation;
  }

  /** Whether the function adds to a counter, so that it should run once a batch. */
  public boolean counts() {
    return counts;
  }

  /** A counter is being written, as part of a function. */
  public static void noteCounter(ObjectOutputStream out) {
    if (out instanceof FunctionOutput function) {
      function.counts = true;
    }
  }

  /** File and line of the user's program. */
  public String site() {
    return site;
  }

  /** Writes an object of the program, for {@link #read}. */
  public static byte[] serialize(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    write(value, bytes);
    return bytes.toByteArray();
  }

  /** True if there is a counter in it. */
  private static boolean write(@Nullable Object value, ByteArrayOutputStream bytes)
      throws IOException {
    try (FunctionOutput out = new FunctionOutput(bytes)) {
      out.writeObject(value);
      return out.counts;
    }
  }

  private static final class FunctionOutput extends ObjectOutputStream {
    private boolean counts;

    FunctionOutput(ByteArrayOutputStream bytes) throws IOException {
      super(bytes);
    }

    @Override
    protected void annotateClass(Class<?> type) throws IOException {
      if (ShellVariables.areUsedBy(type)) {
        byte[] values = ShellVariables.write(type);
        writeInt(values.length);
        write(values);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Closure that
        && hash == that.hash
        && Arrays.equals(bytes, that.bytes)
        && operation.equals(that.operation)
        && site.equals(that.site);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return operation + " at " + site;
  }

  /** Resolves classes in the program's loader first. */
  private static final class LoaderInputStream extends ObjectInputStream {
    private final ClassLoader loader;
    private final UnaryOperator<Object> resolve;

    LoaderInputStream(byte[] bytes, ClassLoader loader, UnaryOperator<Object> resolve)
        throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.loader = loader;
      this.resolve = resolve;
      enableResolveObject(true);
    }

    @Override
    protected Object resolveObject(Object object) {
      return resolve.apply(object);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        Class<?> type = Class.forName(description.getName(), false, loader);
        if (ShellClasses.isOne(description.getName()) && available() > 0) {
          ShellVariables.restore(readNBytes(readInt()), loader);
        }
        return type;
      } catch (ClassNotFoundException missing) {
        return super.resolveClass(description);
      }
    }
  }
}
