package io.sluice.api;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a shell compiles line by line. A context that is made on a thread with this as its context class loader brings
 * them to its workers, with the values of the variables that functions use. Thread-safe.
 */
public final class ShellClasses extends URLClassLoader {

  /** All classes of the shell are in this package, as the JDK's JShell has them; no other class is shipped. */
  public static final String PACKAGE = "REPL";

  /** A class of the shell, as it was compiled. */
  public record Compiled(String name, byte[] bytes) {}

  private final Map<String, byte[]> byName = new ConcurrentHashMap<>();
  private final List<Compiled> inOrder = new ArrayList<>();

  /** Knows all that {@code parent} does. */
  public ShellClasses(ClassLoader parent) {
    super("sluice-shell", new URL[0], parent);
  }

  /** Whether a class is one of a shell's, here or on the node of a worker. */
  public static boolean isOne(String className) {
    return className.startsWith(PACKAGE + ".");
  }

  /** Makes classes known, each of which may refer to the others. */
  public synchronized void add(List<Compiled> classes) {
    for (Compiled compiled : classes) {
      byName.put(compiled.name(), compiled.bytes());
      inOrder.add(compiled);
    }
  }

  /** Makes the classes of a jar or directory known, in this process only. */
  public void addPath(URL path) {
    addURL(path);
  }

  /** The classes beyond the first so many, in the order in which they were added. */
  public synchronized List<Compiled> beyond(int count) {
    return List.copyOf(inOrder.subList(count, inOrder.size()));
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = byName.get(name);
    return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    byte[] bytes = byName.get(name.replaceFirst("\\.class$", "").replace('/', '.'));
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }
}
