package io.sluice.block;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.fory.Fory;
import org.apache.fory.ThreadSafeFory;
import org.apache.fory.exception.ForyException;
import org.apache.fory.serializer.JdkProxySerializer;
import org.apache.fory.serializer.LambdaSerializer;
import org.jspecify.annotations.Nullable;

/** Encodes records for disk and for other nodes, a block at a time. Made when first used: embedded mode may never need it. */
public final class RecordCodec {

  private static final List<String> ALLOWED_JDK =
      List.of("java.lang.", "java.util.", "java.time.", "java.math.", "java.net.URI", "java.sql.");
  private static final List<String> REFUSED =
      List.of("java.lang.reflect.", "java.lang.invoke.", "java.util.concurrent.", "java.util.zip.");
  private static final List<String> PLATFORM = List.of(
      "java.", "javax.", "jdk.", "sun.", "com.sun.", "org.codehaus.groovy.", "akka.", "scala.");

  private final ClassLoader loader;
  private final boolean evolving;
  private volatile @Nullable ThreadSafeFory fory;

  /**
   * @param loader knows the classes of the program's records
   */
  public RecordCodec(ClassLoader loader) {
    this(loader, false);
  }

  private RecordCodec(ClassLoader loader, boolean evolving) {
    this.loader = loader;
    this.evolving = evolving;
  }

  /** For what outlives the program that wrote it: a class may have gained or lost fields when it is read. */
  public static RecordCodec evolving(ClassLoader loader) {
    return new RecordCodec(loader, true);
  }

  byte[] encode(byte tag, List<?> values) {
    byte[] body = encode(values);
    byte[] bytes = new byte[body.length + 1];
    bytes[0] = tag;
    System.arraycopy(body, 0, bytes, 1, body.length);
    return bytes;
  }

  public byte[] encode(List<?> values) {
    try {
      return fory().serialize(values instanceof ArrayList ? values : new ArrayList<>(values));
    } catch (ForyException | UnsupportedOperationException | StackOverflowError failure) {
      throw new SluiceException(
          ErrorCode.RECORD_NOT_SERIALIZABLE,
          "Records "
              + typesOf(values)
              + " cannot be encoded: "
              + failure
              + ". Records that are shuffled or replicated between nodes must be plain data without cycles.",
          failure);
    }
  }

  public List<Object> decode(byte[] bytes) {
    return decode(bytes, 0);
  }

  @SuppressWarnings("unchecked")
  List<Object> decode(byte[] bytes, int from) {
    try {
      byte[] body = from == 0 ? bytes : Arrays.copyOfRange(bytes, from, bytes.length);
      return (List<Object>) fory().deserialize(body);
    } catch (RuntimeException | StackOverflowError failure) {
      throw new SluiceException(
          ErrorCode.RECORD_NOT_SERIALIZABLE,
          "Records cannot be decoded: " + root(failure) + ". All nodes must have the same classes.",
          failure);
    }
  }

  /** What names the class: Fory wraps it. */
  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null || cause == failure ? failure : root(cause);
  }

  private ThreadSafeFory fory() {
    ThreadSafeFory current = fory;
    if (current == null) {
      synchronized (this) {
        current = fory;
        if (current == null) {
          ThreadSafeFory made = Fory.builder()
              .withXlang(false)
              .withClassLoader(loader)
              .requireClassRegistration(false)
              .suppressClassRegistrationWarnings(true)
              .withCompatible(evolving)
              // Otherwise something of Fory's own would take the place of an object whose class is
              // gone.
              .withDeserializeUnknownClass(false)
              .withTypeChecker((resolver, name) -> isAllowed(name))
              .buildThreadSafeForyPool(Runtime.getRuntime().availableProcessors() * 2);
          refuse(made, LambdaSerializer.ReplaceStub.class);
          // Without it, encoding one lambda would put Fory's own serializer in the place of the
          // stub's.
          refuse(made, SerializedLambda.class);
          refuse(made, JdkProxySerializer.ReplaceStub.class);
          current = made;
          fory = made;
        }
      }
    }
    return current;
  }

  private static <T> void refuse(ThreadSafeFory fory, Class<T> type) {
    fory.registerSerializer(type, resolver -> new CodeRefusal<>(resolver.getConfig(), type));
  }

  /** The program's own classes, and plain data of the JDK. */
  static boolean isAllowed(String className) {
    String name = className.replaceFirst("^\\[+L?", "");
    if (startsWithAny(name, REFUSED)) {
      return false;
    }
    return startsWithAny(name, ALLOWED_JDK) || !startsWithAny(name, PLATFORM);
  }

  private static boolean startsWithAny(String name, List<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
  }

  private static String typesOf(List<?> values) {
    return values.stream()
        .limit(100)
        .map(value -> value == null ? "null" : value.getClass().getName())
        .distinct()
        .toList()
        .toString();
  }
}
