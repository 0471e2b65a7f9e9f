package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import java.io.File;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URL;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.fory.Fory;
import org.apache.fory.ThreadSafeFory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {

  /** A class of a program's records. */
  record Order(long id, String customer, List<Pair<String, BigDecimal>> items, Instant at) {}

  /** What a proxy in a gadget would run. */
  static final class Handler implements InvocationHandler, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
      return 0;
    }
  }

  private final RecordCodec codec = new RecordCodec(RecordCodecTest.class.getClassLoader());

  @Test
  @SuppressWarnings("NullAway") // records may have null keys and values
  void plainDataComesBackEqual() {
    List<Object> records = new ArrayList<>(Arrays.asList(
        "text",
        1,
        2L,
        3.5,
        null,
        true,
        new BigDecimal("1.50"),
        Instant.ofEpochMilli(1234),
        DayOfWeek.FRIDAY,
        Optional.of("x"),
        Pair.of("key", List.of(1, 2, 3)),
        new Pair<>(null, null),
        Map.of("a", 1),
        new TreeMap<>(Map.of("b", 2, "a", 1)),
        new ArrayList<>(List.of("x")),
        new Order(7, "Ada", List.of(Pair.of("tea", BigDecimal.TEN)), Instant.EPOCH)));

    assertThat(codec.decode(codec.encode(records))).isEqualTo(records);
  }

  @Test
  void manyRecordsOfOneClassComeBackInOrder() {
    List<Pair<String, Integer>> records =
        IntStream.range(0, 10_000).mapToObj(i -> Pair.of("key-" + i % 100, i)).toList();

    List<Object> decoded =
        new RecordCodec(RecordCodecTest.class.getClassLoader()).decode(codec.encode(records));

    assertThat(decoded).isEqualTo(records);
  }

  @Test
  void arraysComeBackWithTheirContent() {
    List<Object> decoded = codec.decode(codec.encode(List.of(new byte[] {1, 2}, new int[] {3})));

    assertThat(decoded.get(0)).isEqualTo(new byte[] {1, 2});
    assertThat(decoded.get(1)).isEqualTo(new int[] {3});
  }

  @Test
  void emptyListIsEmptyAgain() {
    assertThat(codec.decode(codec.encode(List.of()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.acme.Order",
        "[Lcom.acme.Order;",
        "java.lang.String",
        "java.util.ArrayList",
        "java.time.Instant",
        "java.math.BigDecimal",
        "io.sluice.api.Pair"
      })
  void plainDataAndTheProgramsOwnClassesAreAllowed(String name) {
    assertThat(RecordCodec.isAllowed(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.reflect.Method",
        "[Ljava.lang.reflect.Method;",
        "[[Ljava.lang.reflect.Method;",
        "java.lang.invoke.SerializedLambda",
        "javax.management.ObjectName",
        "javax.naming.InitialContext",
        "java.rmi.server.RemoteObject",
        "com.sun.rowset.JdbcRowSetImpl",
        "sun.misc.Unsafe",
        "akka.actor.typed.ActorSystem",
        "scala.Function1",
        "java.util.concurrent.ForkJoinPool"
      })
  void classesThatActAreRefused(String name) {
    assertThat(RecordCodec.isAllowed(name)).isFalse();
  }

  @Test
  void refusedClassIsNotEncoded() throws MalformedObjectNameException {
    List<Object> records = List.of(new ObjectName("a:type=b"));

    assertThatThrownBy(() -> codec.encode(records))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_NOT_SERIALIZABLE))
        .hasMessageStartingWith("Records [javax.management.ObjectName] cannot be encoded");
  }

  private static int byText(Object left, Object right) {
    return left.toString().compareTo(right.toString());
  }

  static Stream<Object> gadgets() throws Exception {
    Object proxy = Proxy.newProxyInstance(
        RecordCodecTest.class.getClassLoader(), new Class<?>[] {Comparator.class}, new Handler());
    Comparator<Object> lambda = (Comparator<Object> & Serializable) RecordCodecTest::byText;
    TreeMap<Object, Object> sorted = new TreeMap<>(lambda);
    sorted.put("a", "b");
    return Stream.of(
        new ObjectName("a:type=b"),
        new URL("http://127.0.0.1/"),
        new File("file"),
        Runtime.class,
        proxy,
        lambda,
        sorted);
  }

  @ParameterizedTest
  @MethodSource("gadgets")
  void bytesOfAClassThatIsNotDataAreNotRead(Object gadget) {
    ThreadSafeFory unfiltered = Fory.builder()
        .withXlang(false)
        .requireClassRegistration(false)
        .suppressClassRegistrationWarnings(true)
        .withCompatible(false)
        .buildThreadSafeForyPool(1);
    byte[] bytes = unfiltered.serialize(new ArrayList<>(List.of(gadget)));

    assertThatThrownBy(() -> codec.decode(bytes))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_NOT_SERIALIZABLE));
  }

  @Test
  void bytesOfPlainDataAreReadWhoeverWroteThem() {
    ThreadSafeFory unfiltered = Fory.builder()
        .withXlang(false)
        .requireClassRegistration(false)
        .suppressClassRegistrationWarnings(true)
        .withCompatible(false)
        .buildThreadSafeForyPool(1);

    assertThat(codec.decode(unfiltered.serialize(new ArrayList<>(List.of("a", 1)))))
        .isEqualTo(List.of("a", 1));
  }

  @Test
  void aLambdaIsNotEncodedAndStillNotReadAfterThat() throws Exception {
    Object lambda = (Comparator<Object> & Serializable) RecordCodecTest::byText;

    assertThatThrownBy(() -> codec.encode(List.of(lambda)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_NOT_SERIALIZABLE));
    bytesOfAClassThatIsNotDataAreNotRead(lambda);
  }

  @Test
  void recordThatContainsItselfIsRefused() {
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);

    assertThatThrownBy(() -> codec.encode(List.of(cycle)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_NOT_SERIALIZABLE));
  }

  @Test
  void damagedBytesAreAnErrorOfTheRecordsAndNothingElse() {
    byte[] bytes = codec.encode(List.of("one", "two"));
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 3);

    assertThatThrownBy(() -> codec.decode(cut))
        .isInstanceOfSatisfying(
            SluiceException.class,
            damaged -> assertThat(damaged.code()).isEqualTo(ErrorCode.RECORD_NOT_SERIALIZABLE));
  }
}
