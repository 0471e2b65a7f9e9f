import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints the lines of many runs as a table in Markdown: medians, least and greatest, and Sluice beside each peer. */
public final class Table {

  private static final Pattern FIELD =
      Pattern.compile("\"(\\w+)\":(?:\"([^\"]*)\"|(-?[0-9.]+))");

  private static final String HEAD =
      "| workload | peer | median | least | greatest | runs right / all | Sluice / peer |";

  /** A workload of a peer. */
  private static final class Cell {
    private final List<Double> values = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    double median() {
      double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      int half = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double least() {
      return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double greatest() {
      return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
  }

  public static void main(String[] args) throws IOException {
    Map<String, Map<String, Cell>> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      read(line, rows);
    }
    System.out.println(HEAD);
    System.out.println("|---|---|---|---|---|---|---|");
    rows.forEach(Table::print);
    if (!printErrors(rows)) {
      System.exit(1);
    }
  }

  private static boolean printErrors(Map<String, Map<String, Cell>> rows) {
    boolean right = true;
    for (Map.Entry<String, Map<String, Cell>> row : rows.entrySet()) {
      for (Map.Entry<String, Cell> cell : row.getValue().entrySet()) {
        for (String error : cell.getValue().errors) {
          System.out.printf("%nFAILED: %s, %s: %s%n", row.getKey(), cell.getKey(), error);
          right = false;
        }
      }
    }
    return right;
  }

  private static void read(String line, Map<String, Map<String, Cell>> rows) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher field = FIELD.matcher(line);
    while (field.find()) {
      fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
    }
    String workload = fields.get("workload");
    List<String> figures =
        switch (workload) {
          case "W5" -> List.of("p50_ms", "p99_ms");
          case "W6" ->
              List.of("memory".equals(fields.get("path")) ? "resident_mb" : "first_result_ms");
          default -> List.of("lines_per_s");
        };
    for (String figure : figures) {
      String row = fields.get("cell") + ", " + figure;
      Cell cell =
          rows.computeIfAbsent(row, key -> new LinkedHashMap<>())
              .computeIfAbsent(fields.get("peer"), key -> new Cell());
      if (fields.containsKey("error")) {
        cell.errors.add(fields.get("error"));
      } else {
        cell.values.add(Double.valueOf(fields.get(figure)));
      }
    }
  }

  private static void print(String row, Map<String, Cell> cells) {
    Cell sluice = cells.get("sluice");
    cells.forEach(
        (peer, cell) -> {
          int right = cell.values.size();
          String runs = "%d / %d".formatted(right, right + cell.errors.size());
          if (right == 0) {
            System.out.printf("| %s | %s | FAILED | | | %s | |%n", row, peer, runs);
            return;
          }
          boolean compares = sluice != null && sluice != cell && !sluice.values.isEmpty();
          System.out.printf(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | %s%s | %s |%n",
              row,
              peer,
              figure(cell.median()),
              figure(cell.least()),
              figure(cell.greatest()),
              runs,
              cell.errors.isEmpty() ? "" : " FAILED",
              compares ? "%.2f".formatted(sluice.median() / cell.median()) : "");
        });
  }

  private static String figure(double value) {
    if (value >= 10e6) {
      return "%.0f M".formatted(value / 1e6);
    }
    return value >= 10_000 ? "%.0f k".formatted(value / 1e3) : "%.4g".formatted(value);
  }
}
