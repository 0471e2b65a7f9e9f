package io.sluice.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process of its own, mostly of the packaged jar, and what it printed. Killed at the end, with those it has started. */
public final class Command implements AutoCloseable {

  private static final int MAX_SECONDS = 60;

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader = new Thread(this::read, "test-command-output");
  private boolean ended;

  public Command(String... arguments) throws IOException {
    this(List.of(), List.of(arguments));
  }

  private Command(List<String> jvmOptions, List<String> arguments) throws IOException {
    this(new ProcessBuilder(line(jvmOptions, arguments)));
  }

  /** What is about to be started. */
  Command(ProcessBuilder prepared) throws IOException {
    process = prepared.redirectErrorStream(true).start();
    reader.setDaemon(true);
    reader.start();
  }

  private static List<String> line(List<String> jvmOptions, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1"));
    line.addAll(jvmOptions);
    line.addAll(List.of("-jar", String.valueOf(System.getProperty("sluice.jar"))));
    line.addAll(arguments);
    return line;
  }

  public static Command withJvmOptions(List<String> jvmOptions, String... arguments)
      throws IOException {
    return new Command(jvmOptions, List.of(arguments));
  }

  /** With a file as its input. */
  public static Command reading(Path input, List<String> jvmOptions, String... arguments)
      throws IOException {
    return new Command(
        new ProcessBuilder(line(jvmOptions, List.of(arguments))).redirectInput(input.toFile()));
  }

  /** On a terminal, made by the system's command {@code script}. */
  public static Command onTerminal(String... arguments) throws IOException {
    String line = String.join(" ", line(List.of(), List.of(arguments)));
    return new Command(new ProcessBuilder("script", "-qec", line, "/dev/null"));
  }

  private void read() {
    try (BufferedReader in = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        add(line);
      }
    } catch (IOException killed) {
      // The process was killed.
    }
    end();
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits until all lines so far are as wanted. */
  public synchronized List<String> await(Predicate<List<String>> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (!wanted.test(lines)) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        throw new AssertionError("Never printed; the output was:\n" + String.join("\n", lines));
      }
      wait(left);
    }
    return List.copyOf(lines);
  }

  public void awaitLine(String part) throws InterruptedException {
    await(shown -> shown.stream().anyMatch(line -> line.contains(part)));
  }

  public int awaitExit() throws InterruptedException {
    return awaitExit(MAX_SECONDS);
  }

  public int awaitExit(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("Still running; the output was:\n" + String.join("\n", lines()));
    }
    reader.join();
    return process.exitValue();
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  long pid() {
    return process.pid();
  }

  /** As {@code kill -9}. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** As {@code kill}. What the process prints is read until its end, which {@code Process.destroy} would not do. */
  public void terminate() {
    process.toHandle().destroy();
  }

  @Override
  public void close() {
    kill();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
