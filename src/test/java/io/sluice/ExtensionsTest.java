package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.sluice.testkit.StreamingTest;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What accompanies contexts is found where the program's classes are, and goes when the context ends. */
class ExtensionsTest {

  private static final List<String> HEARD = new CopyOnWriteArrayList<>();

  /** Notes what it is told. */
  public static final class Noting implements ContextExtension {
    @Override
    public AutoCloseable attach(StreamingContext context, Config config) {
      HEARD.add("attached");
      return () -> HEARD.add("closed");
    }
  }

  /** Cannot be attached. */
  public static final class Failing implements ContextExtension {
    @Override
    public AutoCloseable attach(StreamingContext context, Config config) {
      throw new LinkageError("made for another version");
    }
  }

  @TempDir
  private Path jar;

  @BeforeEach
  void forget() {
    HEARD.clear();
  }

  /** Runs as a program whose classes a loader has beside those of Sluice. */
  private void with(String services, Runnable program) throws Exception {
    Path named = jar.resolve("META-INF/services/io.sluice.ContextExtension");
    Files.createDirectories(named.getParent());
    Files.writeString(named, services);
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(
        new URL[] {jar.toUri().toURL()}, ExtensionsTest.class.getClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      program.run();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void oneInAJarOfTheProgramIsFound() throws Exception {
    with(Noting.class.getName(), () -> {
      try (StreamingTest test = StreamingTest.create()) {
        test.input(List.of(List.of(1))).foreachRDD(rdd -> rdd.count());
        test.runBatches(1);
        assertThat(HEARD).containsExactly("attached");
        test.context().stop();
      }
    });
    long end = System.nanoTime() + 30_000_000_000L;
    while (!HEARD.contains("closed")) {
      assertThat(System.nanoTime()).as("closed in time").isLessThan(end);
      Thread.sleep(10);
    }
  }

  @Test
  void whereOneCannotBeAttachedNoneStays() throws Exception {
    with(Noting.class.getName() + "\n" + Failing.class.getName(), () -> {
      try (StreamingTest test = StreamingTest.create()) {
        test.input(List.of(List.of(1))).foreachRDD(rdd -> rdd.count());

        assertThatThrownBy(test::start).isInstanceOf(LinkageError.class);
        assertThat(HEARD).containsExactly("attached", "closed");
      }
    });
  }
}
