package io.sluice.cli;

import io.sluice.api.ShellClasses;
import java.io.File;
import java.net.MalformedURLException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;

/** Gives what JShell compiles to the classes that workers get. */
final class ShellLoader implements LoaderDelegate {

  private final ShellClasses classes;

  ShellLoader(ShellClasses classes) {
    this.classes = classes;
  }

  @Override
  public void load(ClassBytecodes[] compiled) throws ClassInstallException {
    add(compiled);
    boolean[] loaded = new boolean[compiled.length];
    for (int i = 0; i < compiled.length; i++) {
      try {
        // Told now if it cannot be linked, and not when it is used.
        var unused = classes.loadClass(compiled[i].name()).getDeclaredMethods();
        loaded[i] = true;
      } catch (ClassNotFoundException | LinkageError failure) {
        throw new ClassInstallException("load: " + failure.getMessage(), loaded);
      }
    }
  }

  @Override
  public void classesRedefined(ClassBytecodes[] compiled) {
    add(compiled);
  }

  private void add(ClassBytecodes[] compiled) {
    List<ShellClasses.Compiled> all = Arrays.stream(compiled)
        .map(one -> new ShellClasses.Compiled(one.name(), one.bytecodes()))
        .toList();
    classes.add(all);
  }

  @Override
  public void addToClasspath(String path) throws InternalException {
    try {
      for (String entry : path.split(File.pathSeparator, -1)) {
        classes.addPath(Path.of(entry).toUri().toURL());
      }
    } catch (MalformedURLException invalid) {
      throw new InternalException(invalid.toString());
    }
  }

  @Override
  public Class<?> findClass(String name) throws ClassNotFoundException {
    return classes.loadClass(name);
  }
}
