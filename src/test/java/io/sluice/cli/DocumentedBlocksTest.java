package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every block on a page is tested or says why not; {@link DocumentedCommandsIT} runs the commands. */
class DocumentedBlocksTest {

  private static final Set<String> KINDS =
      Set.of("code", "example", "file", "run", "not run", "settings", "dependency", "text");

  /** Commands of the jar, up to the end of the line or of the code. */
  private static final Pattern COMMAND =
      Pattern.compile("-jar \\S*sluice\\.jar ((?:-|[a-z])[^`\\n]*)");

  private static final Pattern IN_WORDS = Pattern.compile("`sluice ([a-z]+)[^`]*`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^)]*))?\\)");

  static List<DocumentedBlock> blocks() throws IOException {
    return DocumentedBlock.all();
  }

  static List<Path> pages() throws IOException {
    return DocumentedBlock.pages();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void everyBlockIsTestedOrSaysWhyNot(DocumentedBlock block) {
    assertThat(KINDS)
        .as("%s needs a comment before it: see DocumentedBlock", block)
        .contains(block.kind());
    if (block.language().equals("java")) {
      assertThat(block.kind()).as("%s", block).isIn("code", "example", "file");
    }
    if (block.kind().equals("not run")) {
      assertThat(block.said("not run"))
          .as("%s", block)
          .singleElement()
          .asString()
          .hasSizeGreaterThan(10);
    }
    if (block.kind().equals("text")) {
      assertThat(block.text()).as("%s", block).doesNotContainPattern("(?m)^(java|mvn|conf/|nc) ");
    }
  }

  @Test
  void mostCommandsAreRun() throws IOException {
    assertThat(blocks()).filteredOn(block -> block.kind().equals("run")).hasSizeGreaterThan(6);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandOfAPageIsOneOfTheCommandLine(Path page) throws IOException {
    String text = Files.readString(page);

    List<String> commands =
        COMMAND.matcher(text).results().map(found -> found.group(1)).toList();
    for (String command : commands) {
      String[] words = command.replaceFirst(" +#.*", "").split("[ ;&]+");
      assertThatCode(() -> Main.commandLine().parseArgs(words))
          .as(command)
          .doesNotThrowAnyException();
    }
    assertThat(IN_WORDS.matcher(text).results().map(found -> found.group(1)))
        .allSatisfy(name -> assertThat(Main.commandLine().getSubcommands()).containsKey(name));
  }

  @Test
  void everySettingOfABlockIsThere() throws IOException {
    Config defaults = ConfigFactory.defaultReference();
    List<DocumentedBlock> settings =
        blocks().stream().filter(block -> block.kind().equals("settings")).toList();

    assertThat(settings).hasSizeGreaterThan(4);
    for (DocumentedBlock block : settings) {
      assertThat(ConfigFactory.parseString(block.text()).entrySet())
          .as("%s", block)
          .isNotEmpty()
          .allSatisfy(entry ->
              assertThat(isKnown(defaults, entry.getKey())).as(entry.getKey()).isTrue());
    }
  }

  /** Akka gives some parts of a section defaults from elsewhere; the properties of Hadoop are Hadoop's. */
  private static boolean isKnown(Config defaults, String key) {
    return defaults.hasPathOrNull(key)
        || key.startsWith("sluice.hadoop.")
        || (key.startsWith("akka.") && defaults.hasPath(key.substring(0, key.lastIndexOf('.'))));
  }

  @Test
  void examplesAreShownAsTheyAre() throws IOException {
    List<DocumentedBlock> examples =
        blocks().stream().filter(block -> block.kind().equals("example")).toList();

    assertThat(examples).isNotEmpty();
    for (DocumentedBlock block : examples) {
      String file = Files.readString(Path.of(block.said("example").get(0)));
      assertThat(file.replaceAll("(?m)^ +", ""))
          .as("%s", block)
          .contains(block.text().replaceAll("(?m)^ +", ""));
    }
  }

  @Test
  void dependenciesAreThisProject() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String own = Pattern.compile("<groupId>.*</version>", Pattern.DOTALL)
        .matcher(pom.substring(0, pom.indexOf("<name>")))
        .results()
        .findFirst()
        .orElseThrow()
        .group()
        .replaceAll("\\s+", "");

    assertThat(blocks())
        .filteredOn(block -> block.kind().equals("dependency"))
        .isNotEmpty()
        .allSatisfy(block -> assertThat(block.text().replaceAll("\\s+", ""))
            .isEqualTo("<dependency>" + own + "</dependency>"));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Path page) throws IOException {
    List<String> broken = new ArrayList<>();
    LINK.matcher(Files.readString(page)).results().forEach(link -> {
      Path target = link.group(1).isEmpty()
          ? page
          : Path.of(".").resolve(page.resolveSibling(link.group(1))).normalize();
      if (!Files.exists(target)
          || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
        broken.add(link.group());
      }
    });

    assertThat(broken).isEmpty();
  }

  private static List<String> anchors(Path page) {
    try (Stream<String> lines = Files.lines(page)) {
      return lines
          .filter(line -> line.startsWith("#"))
          .map(line -> line.replaceFirst("^#+ ", "")
              .toLowerCase(java.util.Locale.ROOT)
              .replaceAll("[^\\w -]", "")
              .replace(' ', '-'))
          .toList();
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  @Test
  void everyPageOfTheGuideIsInItsContents() throws IOException {
    String contents = Files.readString(Path.of("docs/guide/README.md"));

    assertThat(pages())
        .filteredOn(page -> page.startsWith("docs/guide") && !page.endsWith("README.md"))
        .hasSizeGreaterThan(15)
        .allSatisfy(page -> assertThat(contents).contains("](" + page.getFileName() + ")"));
  }
}
