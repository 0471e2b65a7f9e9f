package io.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final String ROOT = "io.sluice";

  /** A package imports only packages after it. */
  private static final List<String> LAYERS = List.of(
      ROOT,
      ROOT + ".cluster..",
      ROOT + ".scheduler..",
      ROOT + ".task..",
      ROOT + ".receiver..",
      ROOT + ".shuffle..",
      ROOT + ".state..",
      ROOT + ".checkpoint..",
      ROOT + ".block..",
      ROOT + ".batch..",
      ROOT + ".plan..",
      ROOT + ".api..");

  /** Nothing in the engine imports them, and they import what a program may. */
  private static final List<String> LEAVES = List.of(
      ROOT + ".connector..",
      ROOT + ".dashboard..",
      ROOT + ".metrics..",
      ROOT + ".testkit..",
      ROOT + ".cli..",
      ROOT + ".ml..",
      ROOT + ".graph..");

  private static final List<String> WITHOUT_AKKA = List.of(
      ROOT + ".api..",
      ROOT + ".plan..",
      ROOT + ".batch..",
      ROOT + ".state..",
      ROOT + ".checkpoint..",
      ROOT + ".shuffle..",
      ROOT + ".testkit..");

  /** Classes that decide something, in packages that have actors too. */
  private static final Set<String> RULES = Set.of(
      "Placement",
      "SplitPlanner",
      "Datasets",
      "KeptDatasets",
      "JobRun",
      "JobPlanning",
      "BatchRun",
      "WorkerTable",
      "ReceiverTable",
      "ReceiverPlacement",
      "RateControl",
      "RateLimiter",
      "Throttle",
      "StageTable",
      "BlockBuilder",
      "BlockStore",
      "DiskStore",
      "RecordCodec",
      "Lines",
      "TlsIdentity",
      "StrangerNews",
      "OperatorChain",
      "PartitionStep");

  /** Where a program hands over its actor system, an actor or a stream. */
  private static final Set<String> SHARED_AKKA = Set.of(
      "akka.actor.typed.ActorSystem",
      "akka.actor.typed.ActorRef",
      "akka.actor.typed.receptionist.ServiceKey",
      "akka.stream.javadsl.Source",
      "akka.stream.javadsl.SourceWithContext",
      "akka.stream.javadsl.Sink");

  private static final JavaClasses ENGINE = new ClassFileImporter()
      .withImportOption(new ImportOption.DoNotIncludeTests())
      .importPackages(ROOT);

  @Test
  void packageImportsOnlyPackagesBelowIt() {
    for (int layer = 1; layer < LAYERS.size(); layer++) {
      List<String> above = new ArrayList<>(LAYERS.subList(0, layer));
      noClasses()
          .that()
          .resideInAPackage(LAYERS.get(layer))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above.toArray(String[]::new))
          .allowEmptyShould(true)
          .check(ENGINE);
    }
  }

  @Test
  void nothingInTheEngineImportsALeaf() {
    noClasses()
        .that()
        .resideInAnyPackage(LAYERS.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(LEAVES.toArray(String[]::new))
        .check(ENGINE);
  }

  @Test
  void leavesImportOnlyWhatAProgramMay() {
    for (String leaf : LEAVES) {
      List<String> forbidden = Stream.concat(
              LAYERS.stream().filter(layer -> !layer.equals(ROOT) && !layer.contains(".api")),
              LEAVES.stream().filter(other -> !other.equals(leaf)))
          .toList();
      noClasses()
          .that()
          .resideInAPackage(leaf)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(forbidden.toArray(String[]::new))
          .allowEmptyShould(true)
          .check(ENGINE);
    }
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("io.sluice.(*)..").should().beFreeOfCycles().check(ENGINE);
  }

  @Test
  void everyPackageHasItsPlace() {
    Set<String> known = Stream.concat(LAYERS.stream(), LEAVES.stream())
        .map(pattern -> pattern.replace("..", ""))
        .collect(Collectors.toSet());

    Set<String> packages = ENGINE.stream()
        .map(type -> type.getPackageName().split("\\.", -1))
        .map(parts -> parts.length > 2 ? ROOT + "." + parts[2] : ROOT)
        .collect(Collectors.toSet());

    assertThat(known).containsAll(packages);
  }

  @Test
  void rulesKnowNoAkka() {
    noClasses()
        .that()
        .resideInAnyPackage(WITHOUT_AKKA.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("akka..")
        .check(ENGINE);
    List<JavaClass> rules =
        ENGINE.stream().filter(type -> RULES.contains(outermost(type))).toList();
    assertThat(rules.stream().map(ArchitectureTest::outermost).collect(Collectors.toSet()))
        .isEqualTo(RULES);
    assertThat(rules).filteredOn(ArchitectureTest::dependsOnAkka).isEmpty();
  }

  private static String outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getSimpleName());
  }

  private static boolean dependsOnAkka(JavaClass type) {
    return type.getDirectDependenciesFromSelf().stream()
        .anyMatch(dependency -> isAkka(dependency.getTargetClass()));
  }

  @Test
  void programsMeetNoAkkaButWhatTheyHandOver() {
    Predicate<JavaClass> forbidden = type -> isAkka(type) && !SHARED_AKKA.contains(type.getName());

    List<String> found = new ArrayList<>();
    for (JavaClass type : ENGINE) {
      boolean seen =
          type.getPackageName().equals(ROOT) || type.getPackageName().equals(ROOT + ".api");
      if (seen && isPublic(type)) {
        type.getCodeUnits().stream()
            .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(unit -> types(unit).anyMatch(forbidden))
            .forEach(unit -> found.add(unit.getFullName()));
      }
    }

    assertThat(found).isEmpty();
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  private static Stream<JavaClass> types(JavaCodeUnit unit) {
    Stream<JavaType> signature =
        Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream());
    return signature.map(JavaType::getAllInvolvedRawTypes).flatMap(Collection::stream);
  }

  private static boolean isAkka(JavaClass type) {
    return type.getPackageName().startsWith("akka");
  }
}
