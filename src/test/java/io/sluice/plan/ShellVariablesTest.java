package io.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Function;
import io.sluice.api.ShellClasses;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes as JShell makes them of lines: variables are static fields, a line is a method, and functions are other methods. */
class ShellVariablesTest {

  private static final Map<String, String> LINES = Map.of(
      "Number", "public static int n; public static Object do_it$() { return n = 10; }",
      "Plus", "public static int plus(int x) { return x + Number.n; }",
      "Data",
          "public static java.util.List<Integer> data; public static Object do_it$() { return data = new java.util.ArrayList<>(java.util.List.of(1, 2)); }",
      "Stream",
          "public static java.io.PrintStream out; public static Object do_it$() { return out = System.out; }",
      "Direct",
          "public static Object do_it$() { Data.data.size(); io.sluice.api.Function<Integer, Object> f = x -> Plus.plus(x); return f; }",
      "Held",
          "public static io.sluice.api.Function<Integer, Object> f; public static Object do_it$() { return f = x -> x * Number.n; }",
      "Holding",
          "public static Object do_it$() { io.sluice.api.Function<Integer, Object> f = x -> Held.f.call(x); return f; }",
      "Printing",
          "public static Object do_it$() { io.sluice.api.Function<Integer, Object> f = x -> Stream.out == null; return f; }",
      "Counted", counted(),
      "Switching", manySwitches());

  private static final int SWITCHES = 30;

  /** Switches of both kinds, each with another padding and other offsets, and behind each a variable of its own. */
  private static String manySwitches() {
    StringBuilder text = new StringBuilder("public static int sum(int x) { int sum = 0; ");
    for (int i = 0; i < SWITCHES; i++) {
      String last = "case " + (i % 2 == 0 ? 8 : 100_000) + ": sum--; break; default: } ";
      text.append("switch (x) { case 7: sum = Counted.v%d + sum; ".formatted(i))
          .append("sum += 3; sum -= 3; ".repeat(i / 2))
          .append("break; ")
          .append(last);
    }
    return text.append("return sum; } public static Object do_it$() { ")
        .append("io.sluice.api.Function<Integer, Object> f = x -> sum(x); return f; }")
        .toString();
  }

  private static String counted() {
    StringBuilder fields = new StringBuilder();
    StringBuilder line = new StringBuilder("public static Object do_it$() { ");
    for (int i = 0; i < SWITCHES; i++) {
      fields.append("public static int v%d; ".formatted(i));
      line.append("v%d = 1; ".formatted(i));
    }
    return fields.append(line).append("return null; }").toString();
  }

  @TempDir
  private static Path directory = Path.of("");

  private ShellClasses shell = new ShellClasses(ShellVariablesTest.class.getClassLoader());

  @BeforeAll
  static void compile() throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), "-d"));
    arguments.add(directory.toString());
    for (Map.Entry<String, String> line : LINES.entrySet()) {
      Path source = Files.writeString(
          directory.resolve(line.getKey() + ".java"),
          "package REPL; class " + line.getKey() + " { " + line.getValue() + " }");
      arguments.add(source.toString());
    }
    int failed = ToolProvider.getSystemJavaCompiler()
        .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(failed).isZero();
  }

  @BeforeEach
  void load() throws Exception {
    List<ShellClasses.Compiled> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve("REPL"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        all.add(new ShellClasses.Compiled("REPL." + name, Files.readAllBytes(file)));
      }
    }
    shell.add(all);
    for (String variable : List.of("Number", "Data", "Stream", "Held", "Counted")) {
      run(variable, shell);
    }
  }

  private static Object run(String line, ClassLoader loader) throws Exception {
    Method method = Class.forName("REPL." + line, true, loader).getDeclaredMethod("do_it$");
    method.setAccessible(true);
    return method.invoke(null);
  }

  private Object variable(String line, String name, ClassLoader loader) throws Exception {
    return ShellVariables.variable(Class.forName("REPL." + line, true, loader), name)
        .get(null);
  }

  private static ClassLoader worker() throws Exception {
    return new URLClassLoader(
        new URL[] {directory.toUri().toURL()}, ShellVariablesTest.class.getClassLoader());
  }

  /** What the function of a line gives on another node. */
  @SuppressWarnings("unchecked")
  private Object call(String line, int argument, ClassLoader worker) throws Exception {
    Closure closure = Closure.of(run(line, shell), "map");
    return ((Function<Integer, Object>) closure.load(worker)).call(argument);
  }

  @Test
  void aVariableHasItsValueOnAnotherNode() throws Exception {
    assertThat(call("Direct", 5, worker())).isEqualTo(15);
  }

  @Test
  void anAssignmentIsSeenByFunctionsThatAreGivenLater() throws Exception {
    ClassLoader worker = worker();
    assertThat(call("Direct", 5, worker)).isEqualTo(15);

    ShellVariables.variable(Class.forName("REPL.Number", true, shell), "n").set(null, 20);

    assertThat(call("Direct", 5, worker)).isEqualTo(25);
  }

  @Test
  void aFunctionInAVariableBringsItsOwnVariables() throws Exception {
    assertThat(call("Holding", 5, worker())).isEqualTo(50);
  }

  @Test
  void whatOnlyTheLineItselfUsesStays() throws Exception {
    ClassLoader worker = worker();
    call("Direct", 5, worker);

    assertThat(variable("Data", "data", worker)).isNull();
  }

  @Test
  void whatCannotTravelIsNullThere() throws Exception {
    assertThat(call("Printing", 1, worker())).isEqualTo(true);
  }

  @Test
  void variablesAreFoundBehindAllKindsOfInstructions() throws Exception {
    assertThat(call("Switching", 7, worker())).isEqualTo(SWITCHES);
  }

  @Test
  void theShellKeepsItsOwn() throws Exception {
    Object function = variable("Held", "f", shell);

    assertThat(call("Holding", 5, shell)).isEqualTo(50);

    assertThat(variable("Held", "f", shell)).isSameAs(function);
  }
}
