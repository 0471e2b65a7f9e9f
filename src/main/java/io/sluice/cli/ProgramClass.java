package io.sluice.cli;

import com.typesafe.config.ConfigFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The class of a program and its jars, as options of a command. */
final class ProgramClass {

  private static final String JARS = "sluice.program.jars.";
  private static final String EXAMPLES = "sluice-examples.jar";

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      required = true,
      description = "Class with the program's main method.")
  private String mainClass = "";

  @Option(
      names = "--jar",
      paramLabel = "JAR",
      description =
          "Jar with the program's classes; may be given more than once. Without it the class is looked for in"
              + " sluice-examples.jar beside this jar.")
  private List<Path> jars = new ArrayList<>();

  /**
   * Finds the main method.
   *
   * @throws CommandException if there is no such class, jar or method
   */
  Main find() {
    List<Path> shipped = jars.isEmpty() ? examplesIfNeeded() : jars;
    shipped.forEach(ProgramClass::requireJar);
    return new Main(findMain(shipped), shipped);
  }

  /** The main method of a program. */
  record Main(Method method, List<Path> jars) {

    /** Calls it; gives what it throws as it is. */
    void call(List<String> arguments) throws Exception {
      ship(jars);
      try {
        method.invoke(null, (Object) arguments.toArray(String[]::new));
      } catch (InvocationTargetException failure) {
        if (failure.getCause() instanceof Error error) {
          throw error;
        }
        throw failure.getCause() instanceof Exception cause ? cause : failure;
      }
    }
  }

  /** Contexts of the program find the jars by the configuration. */
  static void ship(List<Path> jars) {
    for (int i = 0; i < jars.size(); i++) {
      System.setProperty(JARS + i, jars.get(i).toAbsolutePath().toString());
    }
    ConfigFactory.invalidateCaches();
  }

  private List<Path> examplesIfNeeded() {
    Path examples = besideThisJar();
    boolean known = ProgramClass.class.getClassLoader().getResource(resource()) != null;
    return known || examples == null || !Files.exists(examples) ? List.of() : List.of(examples);
  }

  private String resource() {
    return mainClass.replace('.', '/') + ".class";
  }

  private static @Nullable Path besideThisJar() {
    try {
      Path here = Path.of(
          ProgramClass.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return here.resolveSibling(EXAMPLES);
    } catch (URISyntaxException notAFile) {
      return null;
    }
  }

  private Method findMain(List<Path> jars) {
    ClassLoader loader = ProgramClass.class.getClassLoader();
    if (!jars.isEmpty()) {
      // Open for as long as the program runs, which may be longer than its main method.
      loader = new URLClassLoader(jars.stream().map(ProgramClass::url).toArray(URL[]::new), loader);
    }
    Thread.currentThread().setContextClassLoader(loader);
    try {
      Method main = Class.forName(mainClass, true, loader).getMethod("main", String[].class);
      if (!Modifier.isStatic(main.getModifiers())) {
        throw new CommandException("The method main of class " + mainClass + " must be static.");
      }
      main.setAccessible(true);
      return main;
    } catch (ClassNotFoundException missing) {
      throw new CommandException(
          "Class %s is neither on the class path nor in %s. Name its jar with --jar."
              .formatted(mainClass, jars.isEmpty() ? EXAMPLES : jars.toString()));
    } catch (NoSuchMethodException missing) {
      throw new CommandException(
          "Class " + mainClass + " has no method public static void main(String[]).");
    }
  }

  private static void requireJar(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new CommandException("Jar '" + jar + "' does not exist.");
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }
}
