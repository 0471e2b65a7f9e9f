package io.sluice.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DatabindContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.jsontype.impl.TypeIdResolverBase;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets a message hold another one, of any kind that a sealed interface permits, and of no other. The kinds are told apart
 * by their simple names.
 */
public final class SealedNames extends TypeIdResolverBase {

  private @Nullable JavaType base;

  @Override
  public void init(JavaType baseType) {
    base = baseType;
  }

  @Override
  public String idFromValue(Object value) {
    return value.getClass().getSimpleName();
  }

  @Override
  public String idFromValueAndType(@Nullable Object value, Class<?> suggestedType) {
    return value == null ? suggestedType.getSimpleName() : idFromValue(value);
  }

  @Override
  public @Nullable JavaType typeFromId(DatabindContext context, String id) {
    JavaType sealed = requireNonNull(base);
    return kinds(sealed.getRawClass())
        .filter(kind -> kind.isRecord() && kind.getSimpleName().equals(id))
        .findFirst()
        .map(kind -> context.constructSpecializedType(sealed, kind))
        .orElse(null);
  }

  private static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(SealedNames::kinds)
        : Stream.of(type);
  }

  @Override
  public JsonTypeInfo.Id getMechanism() {
    return JsonTypeInfo.Id.CUSTOM;
  }
}
