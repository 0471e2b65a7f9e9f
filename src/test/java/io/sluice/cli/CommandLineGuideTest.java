package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The guide's page of commands has those that there are, with their options, and the exit codes that the help has. */
class CommandLineGuideTest {

  private static final Path PAGE = Path.of("docs/guide/command-line.md");
  private static final Set<String> EVERYWHERE = Set.of("--help", "-h", "--version", "-V");
  private static final Pattern OPTION = Pattern.compile("(?m)^\\| `(--[a-z-]+)(?: [A-Z]+)?` \\|");
  private static final Pattern EXIT_CODE = Pattern.compile("(?m)^\\| (\\d+) \\| (.*) \\|$");

  private static Map<String, Set<String>> documented() throws IOException {
    Map<String, Set<String>> commands = new LinkedHashMap<>();
    String[] sections = Files.readString(PAGE).split("(?m)^### ", -1);
    for (int i = 1; i < sections.length; i++) {
      Set<String> options = new TreeSet<>();
      Matcher option = OPTION.matcher(sections[i]);
      while (option.find()) {
        options.add(option.group(1));
      }
      commands.put(sections[i].lines().findFirst().orElseThrow(), options);
    }
    return commands;
  }

  /** The command's own options and those of the commands below it. */
  private static Set<String> options(CommandLine command) {
    return Stream.concat(Stream.of(command), command.getSubcommands().values().stream())
        .flatMap(each -> each.getCommandSpec().options().stream())
        .map(OptionSpec::longestName)
        .filter(name -> !EVERYWHERE.contains(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyCommandIsThereWithItsOptions() throws IOException {
    Map<String, Set<String>> commands = new LinkedHashMap<>();
    Main.commandLine().getSubcommands().forEach((name, line) -> commands.put(name, options(line)));

    assertThat(documented()).isEqualTo(commands);
  }

  @Test
  void exitCodesAreThoseOfTheHelp() throws IOException {
    Map<String, String> shown = new LinkedHashMap<>();
    Matcher code = EXIT_CODE.matcher(Files.readString(PAGE));
    while (code.find()) {
      shown.put(code.group(1), code.group(2));
    }

    assertThat(shown)
        .isEqualTo(Main.commandLine().getCommandSpec().usageMessage().exitCodeList());
  }
}
