package io.sluice.connector.hadoop;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * Hadoop's properties: core-site.xml and hdfs-site.xml from the class path and then from the directory that {@code HADOOP_CONF_DIR} names,
 * what {@code sluice.hadoop} sets, and what the file system was made with; the last counts.
 */
final class Settings {

  private static final List<String> FILES = List.of("core-site.xml", "hdfs-site.xml");
  private static final String SECTION = "sluice.hadoop";

  private Settings() {}

  static Configuration read(Map<String, ?> given) {
    Configuration properties = new Configuration();
    String directory = System.getenv("HADOOP_CONF_DIR");
    if (directory != null) {
      FILES.stream()
          .map(Path.of(directory)::resolve)
          .filter(Files::isReadable)
          .forEach(file -> properties.addResource(new org.apache.hadoop.fs.Path(file.toUri())));
    }
    // Contexts that end with the process still write when Hadoop's own hook would have closed their
    // files.
    properties.setBoolean("fs.automatic.close", false);
    section(ConfigFactory.load()).forEach(properties::set);
    given.forEach((name, value) -> properties.set(name, String.valueOf(value)));
    return properties;
  }

  /** Sets a property that only Hadoop's own defaults have. */
  static void setDefault(Configuration properties, String name, String value) {
    String[] sources = properties.getPropertySources(name);
    if (sources == null || sources[sources.length - 1].endsWith("-default.xml")) {
      properties.set(name, value);
    }
  }

  private static Map<String, String> section(Config config) {
    if (!config.hasPath(SECTION)) {
      return Map.of();
    }
    return config.getConfig(SECTION).entrySet().stream()
        .collect(Collectors.toMap(
            entry -> String.join(".", ConfigUtil.splitPath(entry.getKey())),
            entry -> String.valueOf(entry.getValue().unwrapped())));
  }
}
