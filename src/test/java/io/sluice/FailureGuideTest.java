package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The failure guide has what users can see, and nothing that they cannot. */
class FailureGuideTest {

  private static final Path PAGE = Path.of("docs/guide/failures.md");
  private static final Path SOURCES = Path.of("src/main/java");

  /** A call of a logger, with what is logged. */
  private static final Pattern LOGGED = Pattern.compile(
      "(?:log|getLog\\(\\)|log\\(\\))\\s*\\.(?:warn|error)\\((.*?)\\);", Pattern.DOTALL);

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern JOINT = Pattern.compile("\"\\s*\\+\\s*\"");
  private static final Pattern VERDICT = Pattern.compile("new Verdict\\(\"([a-z ]+)\"");
  private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");
  private static final int COMPARED = 28;
  private static final int LEAST = 15;

  @ParameterizedTest
  @EnumSource
  void everyErrorCodeIsThereWithItsCategory(ErrorCode code) throws IOException {
    assertThat(Files.readAllLines(PAGE))
        .filteredOn(line -> line.startsWith("| `" + code + "` |"))
        .singleElement()
        .asString()
        .startsWith("| `" + code + "` | " + code.category() + " | `");
  }

  @Test
  void everyWordOfHealthIsThere() throws IOException {
    String health = Files.readString(SOURCES.resolve("io/sluice/dashboard/Health.java"));
    List<String> words =
        VERDICT.matcher(health).results().map(word -> word.group(1)).toList();

    assertThat(words).contains("keeping up", "held up");
    assertThat(words)
        .allSatisfy(word -> assertThat(PAGE).content().contains("\n| `" + word + "` |"));
  }

  @Test
  void everyWarningAndErrorOfTheLogIsThere() throws IOException {
    List<String> lines = logged();

    assertThat(lines).hasSizeGreaterThan(30);
    assertThat(lines)
        .allSatisfy(line -> assertThat(PAGE)
            .content()
            .contains("\n| `" + line.substring(0, Math.min(COMPARED, line.length()))));
  }

  /** What the guide says that one sees is in the code; "…" stands for what differs. */
  @Test
  void nothingIsThereThatCannotBeSeen() throws IOException {
    String code = JOINT
        .matcher(String.join("\n", sources()))
        .replaceAll("")
        .replace("\\\"", "\"")
        .replace("{}", "…");
    List<String> shown = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| ")) {
        for (String quoted :
            QUOTED.matcher(line).results().map(found -> found.group(1)).toList()) {
          if (quoted.contains("…")) {
            Stream.of(quoted.split("…", -1))
                .map(part -> part.replaceAll("^[]'. ]+|[\\['(. ]+$", ""))
                .filter(part -> part.length() > 6)
                .forEach(shown::add);
          }
        }
      }
    }

    assertThat(shown).hasSizeGreaterThan(60);
    assertThat(shown)
        .allSatisfy(part -> assertThat(code.contains(part)).as(part).isTrue());
  }

  private static List<String> logged() throws IOException {
    List<String> found = new ArrayList<>();
    for (String source : sources()) {
      Matcher call = LOGGED.matcher(JOINT.matcher(source).replaceAll(""));
      while (call.find()) {
        LITERAL
            .matcher(call.group(1))
            .results()
            .map(literal -> literal.group(1).replace("{}", "…"))
            .filter(literal -> literal.length() >= LEAST && !literal.contains("%"))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file :
          files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
        sources.add(Files.readString(file));
      }
    }
    return sources;
  }
}
