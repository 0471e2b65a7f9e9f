package io.sluice.plan;

import io.sluice.api.ShellClasses;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of a shell's variables that functions of one of its lines use. Variables are static fields there, so a function does not
 * capture them, and on another node they would be empty: their values travel with the function, as they are when it is given.
 */
final class ShellVariables {

  /** Classes whose variables are being written: a variable may hold a function that uses it. */
  private static final ThreadLocal<Set<String>> WRITING = ThreadLocal.withInitial(HashSet::new);

  private ShellVariables() {}

  /** Whether functions of the class use variables of a shell in this process. */
  static boolean areUsedBy(Class<?> type) {
    return !type.isArray() && type.getClassLoader() instanceof ShellClasses;
  }

  /** Writes the values of all variables that the class and those it refers to use; those that cannot travel are left out. */
  static byte[] write(Class<?> type) throws IOException {
    ClassLoader shell = type.getClassLoader();
    Set<String> begun = new HashSet<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (CodeReferences.Field field : usedBy(type, shell, begun)) {
        byte[] value = value(field, shell);
        if (value != null) {
          out.writeUTF(field.owner());
          out.writeUTF(field.name());
          out.writeInt(value.length);
          out.write(value);
        }
      }
    } finally {
      WRITING.get().removeAll(begun);
    }
    return bytes.toByteArray();
  }

  /** Sets the variables on another node to what was written; does nothing in the process of the shell, which has them. */
  static void restore(byte[] written, ClassLoader loader)
      throws IOException, ClassNotFoundException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(written));
    while (in.available() > 0) {
      String owner = in.readUTF();
      String name = in.readUTF();
      byte[] value = in.readNBytes(in.readInt());
      Class<?> holder = Class.forName(owner, true, loader);
      if (ShellClasses.isOne(owner) && !(holder.getClassLoader() instanceof ShellClasses)) {
        try {
          variable(holder, name).set(null, Closure.read(value, loader));
        } catch (NoSuchFieldException | IllegalAccessException notOfThisClass) {
          throw new IOException("Variable " + name + " cannot be set", notOfThisClass);
        }
      }
    }
  }

  private static Set<CodeReferences.Field> usedBy(
      Class<?> type, ClassLoader shell, Set<String> begun) throws IOException {
    Set<CodeReferences.Field> used = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(Set.of(type.getName()));
    for (String name = next.poll(); name != null; name = next.poll()) {
      if (WRITING.get().add(name)) {
        begun.add(name);
        try (InputStream file = shell.getResourceAsStream(name.replace('.', '/') + ".class")) {
          if (file != null) {
            CodeReferences references = CodeReferences.of(file.readAllBytes());
            used.addAll(references.fields());
            next.addAll(references.classes());
          }
        }
      }
    }
    return used;
  }

  private static byte @Nullable [] value(CodeReferences.Field field, ClassLoader shell) {
    try {
      Object value =
          variable(Class.forName(field.owner(), true, shell), field.name()).get(null);
      return value instanceof DriverOnly ? null : Closure.serialize(value);
    } catch (IOException | ReflectiveOperationException stays) {
      return null;
    }
  }

  /** The classes that JShell puts variables into are not public. */
  static Field variable(Class<?> holder, String name) throws NoSuchFieldException {
    Field field = holder.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
