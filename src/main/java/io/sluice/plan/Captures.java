package io.sluice.plan;

import java.io.IOException;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what a function captures that cannot travel, and names it as the user wrote it. */
final class Captures {

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private Captures() {}

  static String culprit(Object function) {
    String found = new Captures().find(function, "", 0);
    return found != null ? found : "it refers to a value that cannot be written";
  }

  private @Nullable String find(@Nullable Object value, String path, int depth) {
    if (value == null || depth > 8 || !seen.add(value) || serializes(value)) {
      return null;
    }
    if (value instanceof DriverOnly) {
      return captured(path, value.getClass().getName());
    }
    SerializedLambda lambda = lambdaOf(value);
    if (lambda != null) {
      return findInLambda(lambda, path, depth);
    }
    String inside = value instanceof Serializable ? findInFields(value, path, depth) : null;
    if (inside != null) {
      return inside;
    }
    return captured(path, value.getClass().getName());
  }

  private static String captured(String path, String type) {
    return path.isEmpty()
        ? type + " does not implement java.io.Serializable"
        : "it captures " + path + " of type " + type;
  }

  private @Nullable String findInLambda(SerializedLambda lambda, String path, int depth) {
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      Object captured = lambda.getCapturedArg(i);
      String at = (path.isEmpty() ? "" : path + ", ") + capturedName(lambda, captured, i);
      String found = find(captured, at, depth + 1);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** A lambda's captured variables have no names at run time; the enclosing object is known. */
  private static String capturedName(
      SerializedLambda lambda, @Nullable Object captured, int index) {
    boolean enclosing = captured != null
        && captured.getClass().getName().replace('.', '/').equals(lambda.getCapturingClass());
    return enclosing ? "this (the enclosing object)" : "variable " + (index + 1);
  }

  private @Nullable String findInFields(Object value, String path, int depth) {
    for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
          continue;
        }
        String prefix = path.isEmpty() ? "field " : path + ", field ";
        String found = find(
            read(field, value), prefix + type.getSimpleName() + "." + field.getName(), depth + 1);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private static @Nullable Object read(Field field, Object value) {
    try {
      field.setAccessible(true);
      return field.get(value);
    } catch (IllegalAccessException | InaccessibleObjectException closed) {
      return null;
    }
  }

  private static @Nullable SerializedLambda lambdaOf(Object value) {
    if (!value.getClass().isSynthetic() && !value.getClass().isHidden()) {
      return null;
    }
    try {
      Method replace = value.getClass().getDeclaredMethod("writeReplace");
      replace.setAccessible(true);
      return replace.invoke(value) instanceof SerializedLambda lambda ? lambda : null;
    } catch (ReflectiveOperationException | InaccessibleObjectException none) {
      return null;
    }
  }

  private static boolean serializes(Object value) {
    try {
      Closure.serialize(value);
      return true;
    } catch (IOException failure) {
      return false;
    }
  }
}
