package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A block of code on a page, and the comment before it that says what a test does with it:
 *
 * <ul>
 *   <li>{@code code: NAME}: a part of {@link io.sluice.GuideTest};
 *   <li>{@code example: PATH}: a part of an example;
 *   <li>{@code file: PATH}: a file that later blocks of the page use;
 *   <li>{@code run}: commands that are run, with {@code type: LINE} for what a till or a log says on port 9999, {@code shows: TEXT}
 *       for what they print before they are ended, and {@code ends: TEXT} for what they print then;
 *   <li>{@code not run: WHY};
 *   <li>{@code settings}: keys that there are;
 *   <li>{@code dependency}: the coordinates of this project;
 *   <li>{@code text}: nothing of these.
 * </ul>
 */
record DocumentedBlock(Path page, int line, String mark, String language, String text) {

  private static final String FENCE = "```";

  /** The blocks of all pages. */
  static List<DocumentedBlock> all() throws IOException {
    List<DocumentedBlock> blocks = new ArrayList<>();
    for (Path page : pages()) {
      blocks.addAll(of(page));
    }
    return blocks;
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
    for (String directory : List.of("docs", "docs/guide")) {
      try (Stream<Path> files = Files.list(Path.of(directory))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  static List<DocumentedBlock> of(Path page) throws IOException {
    List<DocumentedBlock> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(page);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(FENCE)) {
        int end = i + 1;
        while (!lines.get(end).equals(FENCE)) {
          end++;
        }
        String before = i == 0 ? "" : lines.get(i - 1);
        String mark = before.matches("<!-- .* -->") ? before.substring(5, before.length() - 4) : "";
        blocks.add(new DocumentedBlock(
            page,
            i + 1,
            mark,
            lines.get(i).substring(FENCE.length()),
            String.join("\n", lines.subList(i + 1, end)) + "\n"));
        i = end;
      }
    }
    return blocks;
  }

  /** What kind of block the mark says it is; empty if it says nothing. */
  String kind() {
    return mark.replaceFirst("[:;].*", "");
  }

  /** What the mark says under a key. */
  List<String> said(String key) {
    return Stream.of(mark.split("; ", -1))
        .filter(part -> part.startsWith(key + ": "))
        .map(part -> part.substring(key.length() + 2))
        .toList();
  }

  @Override
  public String toString() {
    return page + ":" + line;
  }
}
