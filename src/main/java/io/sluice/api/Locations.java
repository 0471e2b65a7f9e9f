package io.sluice.api;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Paths as programs and settings write them: of this machine, or with the scheme of a file system that is installed, as
 * {@code hdfs://name-node:8020/orders} and {@code s3a://bucket/orders} are.
 */
public final class Locations {

  /** The attribute view of file systems in which a file is there when it is complete, and directories are parts of names. */
  public static final String OBJECTS = "object";

  private static final Pattern WITH_SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", Pattern.DOTALL);

  /** Those that a class loader of their own hides from the JDK, in an application server for example. */
  private static final class OwnProviders {
    static final List<FileSystemProvider> ALL =
        ServiceLoader.load(FileSystemProvider.class, Locations.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
  }

  private Locations() {}

  /**
   * The path that a text stands for; {@link Path#toString} gives such a text again. Behind a scheme it is taken as it stands: {@code %20}
   * is no space there, as in all tools of Hadoop. Only with {@code file:///} it is a URI.
   *
   * @throws IllegalArgumentException if no file system has the scheme, or the text is no path
   */
  public static Path path(String text) {
    Matcher found = WITH_SCHEME.matcher(text);
    if (!found.matches()) {
      return Path.of(text);
    }
    String scheme = found.group(1);
    if (scheme.equalsIgnoreCase("file")) {
      return Path.of(URI.create(text));
    }
    String authority = found.group(2);
    String path = found.group(3);
    try {
      return provider(text, scheme)
          .getPath(new URI(scheme, authority, path.isEmpty() ? "/" : path, null, null));
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(
          "Path '%s' is malformed: %s. Write it as %s://host/directory."
              .formatted(text, malformed.getReason(), scheme),
          malformed);
    }
  }

  private static FileSystemProvider provider(String text, String scheme) {
    return providers()
        .filter(provider -> provider.getScheme().equalsIgnoreCase(scheme))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "Path '%s' is on a file system that Sluice does not know, '%s'. Known are %s; mount the files on every node, or put a java.nio.file provider of that scheme on the class path."
                .formatted(text, scheme, schemes())));
  }

  private static Stream<FileSystemProvider> providers() {
    return Stream.of(FileSystemProvider.installedProviders(), OwnProviders.ALL)
        .flatMap(List::stream);
  }

  private static String schemes() {
    TreeSet<String> schemes = new TreeSet<>();
    providers().forEach(provider -> schemes.add(provider.getScheme()));
    schemes.remove("jar");
    schemes.remove("jrt");
    return String.join(", ", schemes);
  }

  /** Whether a path is in a store of objects, where nothing can be added to a file and a rename is a copy. */
  public static boolean isInObjectStore(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains(OBJECTS);
  }

  /**
   * Gives a complete file its name, in place of any that has it: at once where the file system can. In a store of objects the file
   * appears whole under the new name, then it goes from the old one.
   */
  public static void publish(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException copied) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
