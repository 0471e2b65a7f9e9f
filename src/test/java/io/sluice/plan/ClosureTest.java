package io.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Function;
import io.sluice.api.SluiceException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ClosureTest {

  private final Object lock = new Object();

  /** Serializable itself, but not its field. */
  private static final class Holder implements Serializable {
    private final Thread worker = Thread.currentThread();
  }

  @Test
  void errorNamesTheCapturedField() {
    Holder holder = new Holder();
    Function<String, String> function = text -> text + holder.worker;

    assertThatThrownBy(() -> Closure.of(function, "map"))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .hasMessageContaining("it captures variable 1, field Holder.worker of type "
            + holder.worker.getClass().getName());
  }

  @Test
  void errorNamesTheEnclosingObject() {
    Function<String, String> function = text -> text + lock;

    assertThatThrownBy(() -> Closure.of(function, "map"))
        .hasMessageContaining(
            "it captures this (the enclosing object) of type " + ClosureTest.class.getName());
  }

  @Test
  void errorNamesTheCapturedVariable() {
    Object local = new Object();
    Function<String, String> function = text -> text + local;

    assertThatThrownBy(() -> Closure.of(function, "filter"))
        .hasMessageMatching("Function passed to filter at ClosureTest\\.java:\\d+ is not"
            + " serializable: it captures variable 1 of type java\\.lang\\.Object\\. .*");
  }

  @Test
  void errorNamesAClassThatIsNotSerializable() {
    assertThatThrownBy(() -> Closure.of(new Object(), "map"))
        .hasMessageContaining("java.lang.Object does not implement java.io.Serializable");
  }

  @Test
  void siteIsTheLineOfTheUsersProgram() {
    int line = new Throwable().getStackTrace()[0].getLineNumber() + 1;
    Closure closure = Closure.of("function", "map");

    assertThat(closure.site()).isEqualTo("ClosureTest.java:" + line);
    assertThat(closure).hasToString("map at ClosureTest.java:" + line);
  }

  @Test
  void everyLoadGivesACopyOfItsOwn() {
    List<String> original = new ArrayList<>(List.of("a"));
    Closure closure = Closure.of(original, "map");
    original.add("b");

    Object first = closure.load(ClosureTest.class.getClassLoader());
    Object second = closure.load(ClosureTest.class.getClassLoader());

    assertThat(first).isEqualTo(List.of("a")).isNotSameAs(second);
  }

  @Test
  void closuresOfTheSameLineAndContentAreEqual() {
    List<Closure> closures = new ArrayList<>();
    for (String content : List.of("same", "same", "other")) {
      closures.add(Closure.of(content, "map"));
    }

    assertThat(closures.get(0)).isEqualTo(closures.get(1)).hasSameHashCodeAs(closures.get(1));
    assertThat(closures.get(0)).isNotEqualTo(closures.get(2));
  }

  @Test
  void classesThatNoFunctionNeedsAreRefused() throws MalformedObjectNameException {
    Closure closure = Closure.of(new ObjectName("a:type=b"), "map");

    assertThatThrownBy(() -> closure.load(ClosureTest.class.getClassLoader()))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ACCESS_DENIED));
  }
}
