package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.DataNode;
import io.sluice.block.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Makes the program's classes known on a node: its jars come from the driver and are checked by their hash. */
public final class ProgramLoader {

  private ProgramLoader() {}

  /** A loader for jars that are fetched from the driver. */
  static CompletionStage<ClassLoader> fetch(
      DataNode node, String driverAddress, long context, List<WorkerCommand.ProgramJar> jars) {
    Map<BlockId, byte[]> fetched = new HashMap<>();
    CompletionStage<Map<BlockId, byte[]>> all = CompletableFuture.completedStage(fetched);
    List<WorkerCommand.ProgramJar> whole =
        jars.stream().filter(jar -> !jar.grows()).toList();
    for (WorkerCommand.ProgramJar jar : whole) {
      all = all.thenCombine(node.channel().get(driverAddress, jar.id()), (before, payload) -> {
        before.put(jar.id(), payload.bytes());
        return before;
      });
    }
    CompletionStage<ClassLoader> loaded = all.thenApply(bytes -> load(whole, bytes::get));
    return whole.size() == jars.size()
        ? loaded
        : loaded.thenApply(
            parent -> new ShippedShellClasses(parent, node.channel(), driverAddress, context));
  }

  /**
   * A loader for jars that are here.
   *
   * @throws SluiceException ACCESS_DENIED if one is not what was announced
   */
  public static ClassLoader load(
      List<WorkerCommand.ProgramJar> jars, Function<BlockId, byte[]> bytes) {
    ClassLoader own = parent();
    if (jars.isEmpty()) {
      return own;
    }
    List<URL> urls = new ArrayList<>();
    for (WorkerCommand.ProgramJar jar : jars) {
      byte[] content = bytes.apply(jar.id());
      requireSame(jar, content);
      urls.add(keep(content, jar.sha256()));
    }
    return new URLClassLoader(urls.toArray(URL[]::new), own);
  }

  /**
   * Checks that something is what was announced.
   *
   * @throws SluiceException ACCESS_DENIED if it is not
   */
  public static void requireSame(WorkerCommand.ProgramJar announced, byte[] content) {
    String actual = Sha256.hex(content);
    if (!actual.equals(announced.sha256())) {
      throw new SluiceException(
          ErrorCode.ACCESS_DENIED,
          "A jar of the program hashes to " + actual + ", not to " + announced.sha256()
              + " as announced.");
    }
  }

  private static ClassLoader parent() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread != null ? ofThread : ProgramLoader.class.getClassLoader();
  }

  private static URL keep(byte[] bytes, String sha256) {
    try {
      Path file = Files.createTempFile("sluice-program-" + sha256.substring(0, 12), ".jar");
      Files.write(file, bytes);
      file.toFile().deleteOnExit();
      return file.toUri().toURL();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
