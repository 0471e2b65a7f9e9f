package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.sluice.api.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of docs/deployment hold together; {@link DeploymentIT} runs what they say. */
class DeploymentTest {

  private static final String MANIFESTS = "kubernetes.yaml";
  private static final List<String> UNITS =
      List.of("sluice-worker.service", "sluice-driver.service");

  private static final Set<String> KNOWN = Set.of(
      "Description",
      "Documentation",
      "Wants",
      "After",
      "StartLimitIntervalSec",
      "User",
      "Group",
      "EnvironmentFile",
      "WorkingDirectory",
      "StateDirectory",
      "ExecStart",
      "ExecStop",
      "Restart",
      "RestartSec",
      "KillSignal",
      "TimeoutStopSec",
      "SuccessExitStatus",
      "LimitNOFILE",
      "NoNewPrivileges",
      "ProtectSystem",
      "ProtectHome",
      "PrivateTmp",
      "WantedBy");

  @Test
  void everyFieldOfTheManifestsIsOneOfKubernetes() throws IOException {
    assertThat(Deployment.manifests(Deployment.text(MANIFESTS)))
        .extracting(manifest -> manifest.getClass().getSimpleName())
        .containsExactly(
            "Service",
            "Service",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "StatefulSet",
            "StatefulSet");
  }

  @ParameterizedTest
  @CsvSource({
    "publishNotReadyAddresses, publishNotReadyAdresses",
    "terminationGracePeriodSeconds, terminationGracePeriod",
    "failureThreshold, failureTreshold",
    "secretKeyRef, secretKey",
    "maxUnavailable, maxUnavailible",
    "policyTypes, policyType"
  })
  void aMisspelledFieldIsRefused(String field, String misspelled) throws IOException {
    String wrong = Deployment.text(MANIFESTS).replace(field + ":", misspelled + ":");

    assertThatThrownBy(() -> Deployment.manifests(wrong))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining('"' + misspelled + '"');
  }

  /** Where systemd is not there to say so. */
  @Test
  void unitsHaveNoOtherKeysThanThese() throws IOException {
    for (String unit : UNITS) {
      assertThat(Deployment.groups(Deployment.text(unit), "(?m)^(\\w+)=")).isSubsetOf(KNOWN);
      assertThat(Deployment.groups(Deployment.text(unit), "(?m)^\\[(\\w+)]$"))
          .containsExactly("Unit", "Service", "Install");
    }
  }

  @Test
  void podsAreFoundByTheirServicesAndSets() throws IOException {
    List<Object> manifests = Deployment.manifests(Deployment.text(MANIFESTS));

    for (StatefulSet set : sets()) {
      Map<String, String> labels = set.getSpec().getTemplate().getMetadata().getLabels();
      assertThat(labels).containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
      assertThat(services(manifests))
          .filteredOn(
              service -> service.getMetadata().getName().equals(set.getSpec().getServiceName()))
          .singleElement()
          .satisfies(service -> {
            assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
            assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
          });
    }
  }

  private static List<Service> services(List<Object> manifests) {
    return manifests.stream()
        .filter(Service.class::isInstance)
        .map(Service.class::cast)
        .toList();
  }

  @Test
  void containersRunCommandsThatAreThere() throws IOException {
    for (StatefulSet set : sets()) {
      Container container = container(set);
      assertThatCode(() -> Main.commandLine().parseArgs(container.getArgs().toArray(String[]::new)))
          .as(set.getMetadata().getName())
          .doesNotThrowAnyException();
    }
  }

  @Test
  void probesAskPortsThatTheConfigurationOpens() throws IOException {
    for (StatefulSet set : sets()) {
      Container container = container(set);
      Config config = config(set);
      Map<String, Integer> ports = container.getPorts().stream()
          .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));

      assertThat(ports)
          .isEqualTo(Map.of(
              "messages", config.getInt("akka.remote.artery.canonical.port"),
              "data", config.getInt("sluice.cluster.data-port"),
              "page", config.getInt("sluice.dashboard.port")));
      List<Probe> probes =
          Stream.of(container.getLivenessProbe(), container.getReadinessProbe()).toList();
      assertThat(probes).allSatisfy(probe -> assertThat(ports).containsKey(port(probe)));
    }
  }

  private static String port(Probe probe) {
    return probe.getHttpGet() != null
        ? probe.getHttpGet().getPort().getStrVal()
        : probe.getTcpSocket().getPort().getStrVal();
  }

  @Test
  void podsAreReachedByTheNamesThatTheConfigurationSays() throws IOException {
    List<String> addresses = Stream.of(sets().get(1), sets().get(0))
        .flatMap(set -> Stream.of(0, 1, 2)
            .limit(set.getSpec().getReplicas())
            .map(number -> "akka://sluice@" + host(set, number) + ":25520"))
        .toList();

    for (StatefulSet set : sets()) {
      Config config = config(set);
      assertThat(config.getString("akka.remote.artery.canonical.hostname"))
          .isEqualTo(config.getString("sluice.cluster.data-host"))
          .isEqualTo(host(set, 0));
      assertThat(config.getString("akka.remote.artery.bind.hostname")).isEqualTo("0.0.0.0");
      assertThat(config.getString("sluice.cluster.data-bind.host")).isEqualTo("0.0.0.0");
      assertThat(config.getStringList("akka.cluster.seed-nodes"))
          .isEqualTo(addresses.subList(0, 3));
    }
    Config driver = config(sets().get(1));
    assertThat(driver.getInt("sluice.cluster.min-workers"))
        .isLessThanOrEqualTo(sets().get(0).getSpec().getReplicas());
  }

  private static String host(StatefulSet set, int number) {
    return set.getMetadata().getName() + "-" + number + "." + set.getSpec().getServiceName();
  }

  @Test
  void nodesHaveTimeToJoinAndToLeave() throws IOException {
    for (StatefulSet set : sets()) {
      Settings settings = Settings.from(config(set));
      PodSpec pod = set.getSpec().getTemplate().getSpec();
      assertThat(pod.getTerminationGracePeriodSeconds())
          .isGreaterThan(2 * settings.cluster().leaveTimeout().toSeconds());
    }
    Probe startup = container(sets().get(1)).getStartupProbe();
    assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold()).isGreaterThan((int)
        Settings.from(config(sets().get(1))).cluster().joinTimeout().toSeconds());
    for (String unit : UNITS) {
      assertThat(Deployment.unit(unit, "TimeoutStopSec"))
          .singleElement()
          .extracting(Integer::parseInt)
          .satisfies(seconds -> assertThat(seconds).isGreaterThan(40));
    }
  }

  @Test
  void systemdKnowsEveryKeyOfTheUnits(@TempDir Path directory) throws Exception {
    assumeTrue(
        hasSystemd(), "systemd-analyze is not there, so the units are not checked by systemd");

    for (String unit : UNITS) {
      String text = Deployment.text(unit);
      assertThat(verify(directory, unit, text)).isEmpty();
      assertThat(verify(directory, unit, text.replace("RestartSec=", "RestartSeconds=")))
          .contains("'RestartSeconds'");
    }
  }

  private static boolean hasSystemd() {
    return Stream.of("/usr/bin", "/bin")
        .anyMatch(path -> Files.isExecutable(Path.of(path, "systemd-analyze")));
  }

  /** What systemd finds wrong; the Java of this machine stands for that of the unit. */
  private static String verify(Path directory, String unit, String text)
      throws IOException, InterruptedException {
    Path file = directory.resolve(unit);
    Files.writeString(
        file,
        text.replace(
            "/usr/bin/java",
            Path.of(System.getProperty("java.home"), "bin/java").toString()));
    Process process = new ProcessBuilder("systemd-analyze", "verify", file.toString())
        .redirectErrorStream(true)
        .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  @Test
  void unitsEndWithTheirProcessAndTakeSigtermForSuccess() throws IOException {
    for (String unit : UNITS) {
      assertThat(Deployment.unit(unit, "KillMode")).isEmpty();
      assertThat(Deployment.unit(unit, "SuccessExitStatus")).containsExactly("143");
      assertThat(Deployment.unit(unit, "EnvironmentFile"))
          .containsExactly("/etc/sluice/sluice.env");
    }
  }

  @Test
  void theEnvironmentFileHasWhatTheConfigurationDemands() throws IOException {
    for (String file : List.of("worker.conf", "driver.conf")) {
      Settings settings = Settings.from(resolved(file, Deployment.environment()));

      assertThat(settings.cluster().token()).isEqualTo("replace-this-secret");
      assertThat(settings.cluster().dataHost()).isEqualTo("10.0.0.2");
    }
    assertThat(
            resolved("driver.conf", Deployment.environment()).getStringList("akka.cluster.roles"))
        .containsExactly("driver");
    Map<String, String> incomplete = Deployment.environment();
    incomplete.remove("SLUICE_TOKEN");
    assertThatThrownBy(() -> resolved("worker.conf", incomplete))
        .hasMessageContaining("SLUICE_TOKEN");
  }

  @Test
  void theImageHasWhatItCopiesAndOpensThePortsOfTheConfiguration() throws IOException {
    String image = Deployment.text("Dockerfile");

    List<String> copied = Deployment.groups(image, "(?m)^COPY (.*) \\S+$").stream()
        .flatMap(sources -> Stream.of(sources.split(" ")))
        .toList();
    assertThat(copied).hasSizeGreaterThan(4);
    assertThat(copied)
        .filteredOn(source -> !source.startsWith("target/"))
        .allSatisfy(source -> assertThat(Path.of(source)).exists());
    assertThat(copied)
        .filteredOn(source -> source.startsWith("target/"))
        .containsExactly("target/lib/", "target/sluice.jar", "target/sluice-examples.jar");
    Config config = resolved("worker.conf", Deployment.environment());
    assertThat(Deployment.groups(image, "(?m)^EXPOSE (.*)$"))
        .containsExactly("%d %d %d"
            .formatted(
                config.getInt("akka.remote.artery.canonical.port"),
                config.getInt("sluice.cluster.data-port"),
                config.getInt("sluice.dashboard.port")));
  }

  private static List<StatefulSet> sets() throws IOException {
    List<StatefulSet> sets = Deployment.manifests(Deployment.text(MANIFESTS)).stream()
        .filter(StatefulSet.class::isInstance)
        .map(StatefulSet.class::cast)
        .toList();
    assertThat(sets)
        .extracting(set -> set.getMetadata().getName())
        .containsExactly("sluice-worker", "sluice-driver");
    return sets;
  }

  private static Container container(StatefulSet set) {
    return set.getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  /** What the first pod of a set reads. */
  private static Config config(StatefulSet set) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (EnvVar variable : container(set).getEnv()) {
      String value = variable.getValue();
      String given = variable.getName().equals("POD_NAME")
          ? set.getMetadata().getName() + "-0"
          : "from-the-secret";
      environment.put(
          variable.getName(),
          value == null
              ? given
              : value.replace("$(POD_NAME)", environment.getOrDefault("POD_NAME", "?")));
    }
    List<String> arguments = container(set).getArgs();
    String file = arguments.get(arguments.indexOf("--config") + 1);
    return resolved(Path.of(file).getFileName().toString(), environment);
  }

  private static Config resolved(String file, Map<String, String> environment) {
    return ConfigFactory.parseFile(Deployment.DIRECTORY.resolve(file).toFile())
        .withFallback(ConfigFactory.parseMap(environment))
        .resolve(ConfigResolveOptions.noSystem())
        .withFallback(ConfigFactory.defaultReference());
  }
}
