package io.sluice.cluster;

import io.sluice.api.ErrorCode;
import io.sluice.api.ShellClasses;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.block.Sha256;
import io.sluice.task.ShippedShellClasses;
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

  /** The jars, and that the classes of a shell will come, if that is what the loader knows. */
  public static List<WorkerCommand.ProgramJar> with(
      List<WorkerCommand.ProgramJar> jars, ClassLoader loader, long context) {
    if (!(loader instanceof ShellClasses)) {
      return jars;
    }
    List<WorkerCommand.ProgramJar> growing = new ArrayList<>(jars);
    growing.add(WorkerCommand.ProgramJar.growing(context));
    return growing;
  }

  /**
   * Makes the classes that a shell has compiled available to workers.
   *
   * @param offered how many are already
   * @return how many are now
   */
  public static int offerClasses(DataNode node, long context, ShellClasses classes, int offered) {
    int number = offered;
    for (ShellClasses.Compiled compiled : classes.beyond(offered)) {
      BlockId id = WorkerCommand.ProgramJar.shellClass(context, number++);
      node.store().put(id, new Block.Encoded(ShippedShellClasses.encode(compiled), 0));
    }
    return number;
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
