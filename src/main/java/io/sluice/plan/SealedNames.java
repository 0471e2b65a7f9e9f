package io.sluice.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DatabindContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.jsontype.impl.TypeIdResolverBase;
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
    for (Class<?> permitted : sealed.getRawClass().getPermittedSubclasses()) {
      if (permitted.isRecord() && permitted.getSimpleName().equals(id)) {
        return context.constructSpecializedType(sealed, permitted);
      }
    }
    return null;
  }

  @Override
  public JsonTypeInfo.Id getMechanism() {
    return JsonTypeInfo.Id.CUSTOM;
  }
}
