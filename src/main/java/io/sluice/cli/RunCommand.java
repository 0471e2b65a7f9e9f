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
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice run}: calls a program's main method as the driver, with its jars shipped to the workers. */
@Command(
    name = "run",
    description = "Runs a program's main class; its classes are shipped to the workers.",
    footer = {"", "From the first argument on, everything is passed to the program."})
final class RunCommand implements Callable<Integer> {

  private static final String JARS = "sluice.program.jars.";
  private static final String EXAMPLES = "sluice-examples.jar";

  @Mixin
  private ConfigFile config = new ConfigFile();

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

  @Mixin
  private Failures failures = new Failures();

  @Parameters(paramLabel = "ARGUMENT", description = "Arguments of the program.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    try {
      config.install();
      List<Path> shipped = jars.isEmpty() ? examplesIfNeeded() : jars;
      shipped.forEach(RunCommand::requireJar);
      Method main = findMain(shipped);
      ship(shipped);
      main.invoke(null, (Object) arguments.toArray(String[]::new));
      return CommandLine.ExitCode.OK;
    } catch (InvocationTargetException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      return failures.report(cause);
    } catch (RuntimeException | IllegalAccessException failure) {
      return failures.report(failure);
    }
  }

  /** Contexts of the program find the jars by the configuration. */
  private static void ship(List<Path> jars) {
    for (int i = 0; i < jars.size(); i++) {
      System.setProperty(JARS + i, jars.get(i).toAbsolutePath().toString());
    }
    ConfigFactory.invalidateCaches();
  }

  private List<Path> examplesIfNeeded() {
    Path examples = besideThisJar();
    boolean known = RunCommand.class.getClassLoader().getResource(resource()) != null;
    return known || examples == null || !Files.exists(examples) ? List.of() : List.of(examples);
  }

  private String resource() {
    return mainClass.replace('.', '/') + ".class";
  }

  private static @Nullable Path besideThisJar() {
    try {
      Path here = Path.of(
          RunCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return here.resolveSibling(EXAMPLES);
    } catch (URISyntaxException notAFile) {
      return null;
    }
  }

  private Method findMain(List<Path> jars) {
    ClassLoader loader = RunCommand.class.getClassLoader();
    if (!jars.isEmpty()) {
      // Open for as long as the program runs, which may be longer than its main method.
      loader = new URLClassLoader(jars.stream().map(RunCommand::url).toArray(URL[]::new), loader);
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
