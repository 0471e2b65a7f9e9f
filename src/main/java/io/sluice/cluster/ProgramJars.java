package io.sluice.cluster;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.block.Sha256;
import io.sluice.task.WorkerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program's jars on the driver's side: put into its store, from where workers fetch them by their hash. */
public final class ProgramJars {

  private ProgramJars() {}

  /** The loader that knows the program's classes in this process. */
  public static ClassLoader loader() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread != null ? ofThread : ProgramJars.class.getClassLoader();
  }

  /**
   * Makes jars available to workers.
   *
   * @throws SluiceException SETTING_INVALID if one cannot be read
   */
  public static List<WorkerCommand.ProgramJar> offer(
      DataNode node, long context, List<String> jars) {
    List<WorkerCommand.ProgramJar> offered = new ArrayList<>();
    for (String jar : jars) {
      byte[] bytes = read(jar);
      BlockId id = BlockId.jar(context, offered.size());
      node.store().put(id, new Block.Encoded(bytes, 0));
      offered.add(new WorkerCommand.ProgramJar(id, Sha256.hex(bytes)));
    }
    return offered;
  }

  private static byte[] read(String jar) {
    try {
      return Files.readAllBytes(Path.of(jar));
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "Jar '" + jar + "' of the program cannot be read: " + failure,
          failure);
    }
  }
}
