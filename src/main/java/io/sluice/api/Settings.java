package io.sluice.api;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.List;

/** All settings below {@code sluice}, checked; reference.conf has every default. */
public record Settings(
    BatchSettings batch,
    BlockSettings block,
    ShuffleSettings shuffle,
    ReceiverSettings receiver,
    RateSettings rate,
    TaskSettings task,
    CheckpointSettings checkpoint,
    ClusterSettings cluster,
    boolean joinsCluster,
    List<String> jars) {

  public Settings {
    jars = List.copyOf(jars);
  }

  /**
   * Reads the settings of a configuration as {@code ConfigFactory.load()} gives it.
   *
   * @throws SluiceException SETTING_INVALID, naming the key
   */
  public static Settings from(Config config) {
    try {
      Config sluice = config.getConfig("sluice");
      return new Settings(
          BatchSettings.from(sluice.getConfig("batch")),
          BlockSettings.from(sluice.getConfig("block")),
          ShuffleSettings.from(sluice.getConfig("shuffle")),
          ReceiverSettings.from(sluice.getConfig("receiver")),
          RateSettings.from(sluice.getConfig("rate")),
          TaskSettings.from(sluice.getConfig("task")),
          CheckpointSettings.from(sluice.getConfig("checkpoint")),
          ClusterSettings.from(sluice.getConfig("cluster")),
          joins(sluice.getString("mode")),
          sluice.getStringList("program.jars"));
    } catch (ConfigException | IllegalArgumentException invalid) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID, "Configuration: " + invalid.getMessage(), invalid);
    }
  }

  private static boolean joins(String mode) {
    return switch (mode) {
      case "local" -> false;
      case "cluster" -> true;
      default ->
        throw new IllegalArgumentException(
            "sluice.mode must be 'local' or 'cluster', got '" + mode + "'.");
    };
  }
}
