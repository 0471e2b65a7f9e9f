package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A jar with some classes of a test, to be shipped to workers, which do not have the tests on their class path. */
public final class ProgramJar {

  private ProgramJar() {}

  /** The classes and those nested in them. */
  public static Path of(Path directory, Class<?>... types) throws IOException {
    Path jar = Files.createTempFile(directory, "program", ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Class<?> type : types) {
        for (Path file : files(type)) {
          out.putNextEntry(
              new ZipEntry(type.getPackageName().replace('.', '/') + "/" + file.getFileName()));
          Files.copy(file, out);
        }
      }
    }
    return jar;
  }

  private static List<Path> files(Class<?> type) throws IOException {
    String name = type.getSimpleName();
    Path folder = Path.of("target/test-classes", type.getPackageName().replace('.', '/'));
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(name + "(\\$.*)?\\.class"))
          .toList();
    }
  }
}
