package io.sluice.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice archive}: runs a small job in a JVM with the same class path, which writes down the classes it has loaded. */
@Command(
    name = "archive",
    description =
        "Makes a class-data archive for this class path, with which JVMs start in about half the time.",
    footer = {
      "",
      "It is used with java -XX:SharedArchiveFile=FILE, by the same Java and with a class path that begins with this one."
    })
final class ArchiveCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private Failures failures = new Failures();

  @Parameters(paramLabel = "FILE", description = "Where the archive is written.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    try {
      write(file.toAbsolutePath(), System.getProperty("java.class.path"));
      PrintWriter out = spec.commandLine().getOut();
      out.printf("Wrote %s. Start with java -XX:SharedArchiveFile=%s%n", file, file);
      out.flush();
      return CommandLine.ExitCode.OK;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return CommandLine.ExitCode.SOFTWARE;
    } catch (IOException | RuntimeException failure) {
      return failures.report(failure);
    }
  }

  static void write(Path archive, String classPath) throws IOException, InterruptedException {
    requireJars(classPath);
    requireWritable(archive);
    Path made = archive.resolveSibling(archive.getFileName() + ".new");
    Files.deleteIfExists(made);
    int exit = new ProcessBuilder(command(made, classPath)).inheritIO().start().waitFor();
    if (exit != 0 || !Files.exists(made)) {
      throw new CommandException(
          "The JVM that was to write %s ended with %d%s. What it printed says why; an archive needs a HotSpot JVM, 17 or later."
              .formatted(archive, exit, exit == 0 ? ", but there is no such file" : ""));
    }
    Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A JVM that runs the job with the loaded classes as its only trace. */
  private static List<String> command(Path archive, String classPath) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:ArchiveClassesAtExit=" + archive,
        // It tells at length which generated classes it leaves out.
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-Dsluice.log.level=WARN",
        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
        "-cp",
        classPath,
        ArchivedJob.class.getName());
  }

  /** The JVM itself would refuse it only at the end of the job. */
  private static void requireJars(String classPath) {
    for (String entry : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
      if (Files.isDirectory(Path.of(entry))) {
        throw new CommandException(
            "The class path has the directory '%s', but an archive can only be made for jars. Pack it into a jar first."
                .formatted(entry));
      }
    }
  }

  private static void requireWritable(Path archive) {
    Path directory = archive.getParent();
    if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(archive)) {
      throw new CommandException(
          "The archive cannot be written to '%s': FILE must be a file in a directory that exists."
              .formatted(archive));
    }
  }
}
