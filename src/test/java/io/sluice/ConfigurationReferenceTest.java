package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The configuration reference is what {@code reference.conf} says. With {@code -Dwrite} it is written anew. */
class ConfigurationReferenceTest {

  private static final Path PAGE = Path.of("docs/guide/configuration.md");
  private static final Path REFERENCE = Path.of("src/main/resources/reference.conf");
  private static final String REWRITE = "mvn test -Dtest=ConfigurationReferenceTest -Dwrite";
  private static final List<Path> ENVIRONMENT = List.of(
      Path.of("conf/driver.conf"),
      Path.of("conf/worker.conf"),
      Path.of("conf/tls.conf"),
      Path.of("docs/deployment/worker.conf"),
      Path.of("docs/deployment/driver.conf"));

  private static final Pattern BLOCK = Pattern.compile("([\\w.-]+) \\{");
  private static final Pattern LEAF = Pattern.compile("([\\w.-]+) = (.+)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\??([A-Z][A-Z0-9_]*)}");

  @Test
  void pageIsWhatTheReferenceSays() throws IOException {
    String wanted = page();
    if (System.getProperty("write") != null) {
      Files.writeString(PAGE, wanted);
    }

    assertThat(PAGE).as("Out of date. Write it anew by: %s", REWRITE).hasContent(wanted);
  }

  @Test
  void everySettingIsOnThePageWithItsMeaning() throws IOException {
    List<Entry> entries = entries(REFERENCE);

    Set<String> keys =
        ConfigFactory.parseFile(REFERENCE.toFile()).getConfig("sluice").entrySet().stream()
            .map(entry -> "sluice." + entry.getKey())
            .collect(Collectors.toSet());
    assertThat(entries.stream().map(Entry::key)).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(entries).allMatch(entry -> !entry.meaning().isBlank());
  }

  @Test
  void aKeyWithoutACommentOfItsOwnSharesTheOneAbove(
      @org.junit.jupiter.api.io.TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("some.conf"), """
        # The file.

        sluice {
          # A section.
          part {
            # First | line,
            # second line.
            #   one: indented
            low = 1 s
            high = 2 s
          }
        }
        """);

    assertThat(entries(file))
        .containsExactly(
            new Entry(
                "sluice.part",
                "A section.",
                "sluice.part.low",
                "1 s",
                "First \\| line, second line.<br>one: indented"),
            new Entry("sluice.part", "A section.", "sluice.part.high", "2 s", "See `low`."));
  }

  /**
   * @param section the path of the block, and what is said of it
   */
  private record Entry(String section, String about, String key, String value, String meaning) {}

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder("""
        # Configuration

        <!-- Made of reference.conf by: %s -->

        Every setting of Sluice, its default and what it means, as [reference.conf](../../src/main/resources/reference.conf) has them. A file given by `--config`, or the `application.conf` of a program,
        sets others. [sluice-cluster.conf](../../src/main/resources/sluice-cluster.conf) is what the processes of a cluster add, among it Akka's settings, and [conf/](../../conf) has files to begin with.
        """.formatted(REWRITE));
    String section = "";
    for (Entry entry : entries(REFERENCE)) {
      if (!entry.section().equals(section)) {
        section = entry.section();
        page.append("\n## ").append(section).append("\n\n");
        if (!entry.about().isEmpty()) {
          page.append(entry.about()).append("\n\n");
        }
        page.append("| setting | default | meaning |\n|---|---|---|\n");
      }
      page.append("| `%s` | `%s` | %s |\n".formatted(entry.key(), entry.value(), entry.meaning()));
    }
    page.append("""

        ## Environment

        The files in [conf/](../../conf) and [docs/deployment/](../deployment) read these variables. One that is not set leaves the setting as it is, unless the file demands it.

        | variable | sets | in |
        |---|---|---|
        """);
    variables().forEach(page::append);
    return page.toString();
  }

  /** A row for each variable. */
  private static Set<String> variables() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path file : ENVIRONMENT) {
      VARIABLE
          .matcher(Files.readString(file))
          .results()
          .forEach(found -> names.add(found.group(1)));
    }
    Set<String> rows = new TreeSet<>();
    for (String name : names) {
      Set<String> keys = new TreeSet<>();
      Set<String> files = new TreeSet<>();
      for (Path file : ENVIRONMENT) {
        for (Entry entry : entries(file)) {
          if (entry.value().matches(".*\\$\\{\\??" + name + "}.*")) {
            keys.add("`" + entry.key() + "`");
            files.add("`" + file + "`");
          }
        }
      }
      rows.add("| `%s` | %s | %s |\n"
          .formatted(name, String.join(", ", keys), String.join(", ", files)));
    }
    return rows;
  }

  /** The settings of a file below {@code sluice} and, if it reads variables, below {@code akka}; line by line, as comments are lost otherwise. */
  private static List<Entry> entries(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Deque<String> path = new ArrayDeque<>();
    Deque<String> abouts = new ArrayDeque<>();
    List<String> comment = new ArrayList<>();
    String shared = "";
    for (String raw : Files.readAllLines(file)) {
      String line = raw.strip();
      Matcher block = BLOCK.matcher(line);
      Matcher leaf = LEAF.matcher(line);
      if (line.startsWith("#")) {
        comment.add(line.substring(1).replaceFirst("^ ", ""));
        continue;
      } else if (block.matches()) {
        path.addLast(path.isEmpty() ? block.group(1) : path.getLast() + "." + block.group(1));
        abouts.addLast(text(comment));
        shared = "";
      } else if (line.equals("}")) {
        path.removeLast();
        abouts.removeLast();
      } else if (leaf.matches() && isShown(file, path, line)) {
        String name = leaf.group(1);
        String meaning =
            comment.isEmpty() && !shared.isEmpty() ? "See `" + shared + "`." : text(comment);
        shared = comment.isEmpty() ? shared : name;
        String section = path.isEmpty() ? "" : path.getLast();
        entries.add(new Entry(
            section,
            path.isEmpty() ? "" : abouts.getLast(),
            section.isEmpty() ? name : section + "." + name,
            leaf.group(2),
            meaning));
      } else if (line.isEmpty()) {
        shared = "";
      }
      comment.clear();
    }
    return entries;
  }

  private static boolean isShown(Path file, Deque<String> path, String line) {
    boolean ours = !path.isEmpty() && path.getFirst().startsWith("sluice");
    return ours || (!file.equals(REFERENCE) && VARIABLE.matcher(line).find());
  }

  /** Lines that are indented stay lines. */
  private static String text(List<String> comment) {
    StringBuilder text = new StringBuilder();
    for (String line : comment) {
      if (text.length() > 0) {
        text.append(line.startsWith(" ") ? "<br>" : " ");
      }
      text.append(line.strip().replace("|", "\\|"));
    }
    return text.toString();
  }
}
