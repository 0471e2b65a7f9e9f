package io.sluice.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The files of docs/deployment, read. */
final class Deployment {

  static final Path DIRECTORY = Path.of("docs/deployment");

  private static final Map<String, Class<?>> KINDS = Map.of(
      "v1/Service", Service.class,
      "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
      "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
      "apps/v1/StatefulSet", StatefulSet.class);

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .setAnnotationIntrospector(new Closed());

  private Deployment() {}

  /** The model would keep fields that it does not know. */
  private static final class Closed extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }

  static String text(String file) throws IOException {
    return Files.readString(DIRECTORY.resolve(file));
  }

  /**
   * The objects of manifests.
   *
   * @throws IOException naming the field, if Kubernetes does not know it there
   */
  static List<Object> manifests(String yaml) throws IOException {
    List<Object> objects = new ArrayList<>();
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        String kind =
            document.path("apiVersion").asText() + "/" + document.path("kind").asText();
        Class<?> type = KINDS.get(kind);
        if (type == null) {
          throw new IOException("There is no " + kind);
        }
        objects.add(YAML.readValue(YAML.treeAsTokens(document), type));
      }
    }
    return objects;
  }

  /** The values of a key in a unit. */
  static List<String> unit(String file, String key) throws IOException {
    return groups(text(file), "(?m)^" + key + "=(.*)$");
  }

  /** The lines of an environment file that count. */
  static Map<String, String> environment() throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String line : Files.readAllLines(DIRECTORY.resolve("sluice.env"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        environment.put(
            line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
      }
    }
    return environment;
  }

  static List<String> groups(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }
}
