package io.sluice.cluster;

import com.typesafe.config.Config;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.block.Sha256;
import io.sluice.plan.Closure;
import io.sluice.task.ProgramLoader;
import io.sluice.task.WorkerCommand;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A program of streams in the form in which it waits on other nodes, for the case that its driver is lost. */
public interface TravellingProgram extends Serializable {

  /** The number of the program among the blocks that a driver has for all; its jars come before. */
  int NUMBER = 1 << 20;

  /** Starts a driver on this node that goes on with the program. */
  void goOn(Succession succession);

  /** Puts a program where other nodes fetch it. */
  static WorkerCommand.ProgramJar offer(DataNode node, long context, TravellingProgram program) {
    try {
      byte[] bytes = Closure.serialize(program);
      BlockId id = BlockId.jar(context, NUMBER);
      node.store().put(id, new Block.Encoded(bytes, 0));
      return new WorkerCommand.ProgramJar(id, Sha256.hex(bytes));
    } catch (IOException defect) {
      throw new SluiceException(
          ErrorCode.INTERNAL, "The program cannot be written: " + defect, defect);
    }
  }

  /** Brings the program and its jars to a node. */
  static CompletionStage<Void> fetch(DataNode node, Witness.Charge charge) {
    List<WorkerCommand.ProgramJar> parts = new ArrayList<>(charge.jars());
    parts.add(charge.program());
    List<CompletableFuture<Void>> fetched = new ArrayList<>();
    for (WorkerCommand.ProgramJar part : parts) {
      if (!node.store().contains(part.id())) {
        fetched.add(node.channel()
            .get(charge.driverAddress(), part.id())
            .thenAccept(
                payload -> node.store().put(part.id(), new Block.Encoded(payload.bytes(), 0)))
            .toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(fetched.toArray(CompletableFuture[]::new));
  }

  /** Goes on with a program that was fetched. Blocks until its driver is started. */
  static void start(DataNode node, Witness.Charge charge, Deployment deployment, Config config) {
    ClassLoader loader = ProgramLoader.load(charge.jars(), id -> bytes(node, id));
    byte[] bytes = bytes(node, charge.program().id());
    ProgramLoader.requireSame(charge.program(), bytes);
    try {
      if (Closure.read(bytes, loader) instanceof TravellingProgram program) {
        program.goOn(new Succession(deployment, loader, config));
      }
    } catch (IOException | ClassNotFoundException unreadable) {
      throw new SluiceException(
          ErrorCode.PLAN_INVALID,
          "The program of context '%s' cannot be read here: %s. All nodes must run the same version of Sluice, and have the program's classes or get its jars."
              .formatted(charge.name(), unreadable),
          unreadable);
    }
  }

  private static byte[] bytes(DataNode node, BlockId id) {
    if (node.store().get(id) instanceof Block.Encoded block) {
      return block.bytes();
    }
    throw new SluiceException(
        ErrorCode.BLOCK_LOST, "A part of the program, " + id + ", is not here any more.");
  }
}
