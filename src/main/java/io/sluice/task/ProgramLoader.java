package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockRef;
import io.sluice.block.DataNode;
import io.sluice.block.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes the program's classes known on a worker: its jars are fetched from the driver and checked by their hash. */
final class ProgramLoader {

  private final ClassLoader classLoader;

  private ProgramLoader(ClassLoader classLoader) {
    this.classLoader = classLoader;
  }

  ClassLoader classLoader() {
    return classLoader;
  }

  static CompletionStage<ProgramLoader> fetch(
      DataNode node, String driverAddress, List<TaskWorker.ProgramJar> jars) {
    ClassLoader own = parent();
    if (jars.isEmpty()) {
      return CompletableFuture.completedStage(new ProgramLoader(own));
    }
    CompletionStage<List<URL>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (TaskWorker.ProgramJar jar : jars) {
      BlockRef ref = new BlockRef(jar.id(), 0, 0, List.of(driverAddress));
      all = all.thenCombine(node.channel().get(ref.holders().get(0), jar.id()), (urls, payload) -> {
        urls.add(keep(jar, payload.bytes()));
        return urls;
      });
    }
    return all.thenApply(
        urls -> new ProgramLoader(new URLClassLoader(urls.toArray(URL[]::new), own)));
  }

  private static ClassLoader parent() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread != null ? ofThread : ProgramLoader.class.getClassLoader();
  }

  private static URL keep(TaskWorker.ProgramJar jar, byte[] bytes) {
    String actual = Sha256.hex(bytes);
    if (!actual.equals(jar.sha256())) {
      throw new SluiceException(
          ErrorCode.ACCESS_DENIED,
          "A jar of the program hashes to " + actual + ", not to " + jar.sha256()
              + " as announced.");
    }
    try {
      Path file = Files.createTempFile("sluice-program-" + actual.substring(0, 12), ".jar");
      Files.write(file, bytes);
      file.toFile().deleteOnExit();
      return file.toUri().toURL();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
