package io.sluice.scheduler;

import io.sluice.api.CheckpointReport;
import io.sluice.api.CheckpointReport.Fate;
import io.sluice.api.CheckpointReport.Operator;
import io.sluice.api.CheckpointSettings;
import io.sluice.api.SluiceException;
import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.checkpoint.StateArchive;
import io.sluice.plan.Program;
import io.sluice.task.WorkerCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what a start would do with a checkpoint directory, by the rules of the start itself, and changes nothing. All that the program
 * would take over is read and decoded.
 */
public final class CheckpointCheck {

  private static final String HERE = "here";

  private final String context;
  private final Path directory;
  private final Program program;
  private final RecordCodec codec;
  private final List<Operator> operators = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> damage = new ArrayList<>();
  private final Map<String, String> undecodable = new HashMap<>();

  private CheckpointCheck(String context, Path directory, Program program, ClassLoader loader) {
    this.context = context;
    this.directory = directory;
    this.program = program;
    this.codec = RecordCodec.evolving(loader);
  }

  /**
   * Checks a program. Blocks while files are read.
   *
   * @param directory of the context alone
   * @param opened what its ledger has
   * @param loader knows the program's classes
   */
  public static CheckpointReport of(
      String context,
      Path directory,
      CheckpointSettings settings,
      Program program,
      Ledger.Opened opened,
      ClassLoader loader) {
    return new CheckpointCheck(context, directory, program, loader).check(settings, opened);
  }

  /** Whether a program was under way. */
  public static boolean hasBegun(Ledger.Opened opened) {
    return Recovered.of(opened, 0).isBegun();
  }

  private CheckpointReport check(CheckpointSettings settings, Ledger.Opened opened) {
    Recovered past = Recovered.of(opened, 0);
    Decision.Names now = Durability.names(program);
    damage.addAll(opened.warnings());
    operators.addAll(Claims.of(past.rewind().names(), now, settings.dropUnclaimed()));
    Optional<Restart> restart =
        past.isBegun() && !report(past, Optional.empty()).isRefused()
            ? restart(past, now, settings)
            : Optional.empty();
    restart.ifPresent(found -> decode(found, past.partitions(), now));
    return report(past, restart);
  }

  private CheckpointReport report(Recovered past, Optional<Restart> restart) {
    boolean refused = restart.isEmpty() || !undecodable.isEmpty();
    return new CheckpointReport(
        context,
        directory,
        past.isBegun(),
        restart
            .filter(found -> !refused && found.batchMillis() != Recovered.NONE)
            .map(found -> Instant.ofEpochMilli(found.batchMillis())),
        restart
            .map(found -> found.again().stream().map(Instant::ofEpochMilli).toList())
            .orElse(List.of()),
        operators.stream().map(this::withDecoding).toList(),
        problems,
        damage);
  }

  private Operator withDecoding(Operator operator) {
    String failure = undecodable.get(operator.name());
    return failure == null || operator.fate() != Fate.KEPT
        ? operator
        : new Operator(operator.kind(), operator.name(), Fate.REFUSED, failure);
  }

  private Optional<Restart> restart(
      Recovered past, Decision.Names now, CheckpointSettings settings) {
    try {
      StateArchive state = StateArchive.read(SegmentFiles.disk(), directory.resolve("state"));
      BlockArchive blocks = BlockArchive.read(SegmentFiles.disk(), directory.resolve("blocks"));
      damage.addAll(state.warnings());
      damage.addAll(blocks.warnings());
      return Optional.of(new Restart(
          past,
          program,
          now,
          0,
          state,
          blocks,
          List.of(HERE),
          settings.dropUnclaimed(),
          Optional.empty()));
    } catch (IOException unreadable) {
      problems.add("Checkpoint directory " + directory + " cannot be read: " + unreadable
          + ". Make it readable for this process.");
    } catch (SluiceException refused) {
      problems.add(String.valueOf(refused.getMessage()));
    }
    return Optional.empty();
  }

  private void decode(Restart restart, int partitions, Decision.Names now) {
    List<String> owners = Collections.nCopies(partitions, HERE);
    WorkerCommand.Restore order = restart.orders(owners, 0, 0, now.operators()).get(HERE);
    if (order == null) {
      return;
    }
    try {
      StateArchive.load(
          SegmentFiles.disk(), directory.resolve("state"), order.selection(), entry -> {
            if (order.operators().containsKey(entry.operator())) {
              decode(entry.operator(), () -> codec.decode(entry.bytes()));
            }
          });
      for (WorkerCommand.LoggedFrames some : order.blocks()) {
        BlockArchive.load(
            SegmentFiles.disk(),
            directory.resolve("blocks"),
            some.file(),
            some.frames(),
            block -> decode(
                block.stream(),
                () ->
                    Block.fromBytes(block.bytes(), block.records()).forEach(codec, record -> {})));
      }
    } catch (IOException unreadable) {
      problems.add("Checkpoint directory " + directory + " cannot be read: " + unreadable + ".");
    }
  }

  private void decode(String name, Runnable decoding) {
    try {
      decoding.run();
    } catch (SluiceException failure) {
      undecodable.put(
          name,
          "What '%s' had kept cannot be read: %s Give the operator another name with named(...) and set %s = true to begin without it."
              .formatted(name, failure.getMessage(), Claims.DROP));
    }
  }
}
