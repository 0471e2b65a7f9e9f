package io.sluice.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of the page, from the jar. */
final class PageFiles {

  /** The web jar of uPlot; the version is that in the pom. */
  private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final String OWN = "/io/sluice/dashboard/";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  /** By path: nothing else is served. */
  private static final Map<String, String> FILES = new HashMap<>(Map.of(
      "/", OWN + "index.html",
      "/uPlot.js", CHARTS + "uPlot.esm.js",
      "/uPlot.css", CHARTS + "uPlot.min.css"));

  static {
    for (String name : List.of(
        "style.css",
        "icon.svg",
        "app.js",
        "batch.js",
        "charts.js",
        "cluster.js",
        "dom.js",
        "plan.js",
        "views.js")) {
      FILES.put("/" + name, OWN + name);
    }
  }

  private PageFiles() {}

  record PageFile(String type, byte[] bytes) {}

  static Optional<PageFile> find(String path) throws IOException {
    String resource = FILES.get(path);
    if (resource == null) {
      return Optional.empty();
    }
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("'" + resource + "' is not on the class path");
      }
      return Optional.of(new PageFile(type(resource), in.readAllBytes()));
    }
  }

  private static String type(String resource) {
    return switch (resource.substring(resource.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> STYLE;
      case "js" -> SCRIPT;
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalArgumentException("No content type for " + resource);
    };
  }
}
