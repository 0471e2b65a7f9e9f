package io.sluice.connector.file;

import io.sluice.api.Locations;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a manifest is: in one file, or in a store of objects, where to add to one is to write it anew, in a directory of numbered ones
 * that are added to until they are large.
 */
final class ManifestFiles {

  private static final int LARGE_BYTES = 1 << 20;
  private static final Pattern NUMBER = Pattern.compile("\\d{8}");

  private final Path path;
  private final boolean isNumbered;
  private final int largeBytes;

  ManifestFiles(Path path) {
    this(path, Locations.isInObjectStore(path), LARGE_BYTES);
  }

  /** @param largeBytes at which another file is begun, if they are numbered */
  ManifestFiles(Path path, boolean isNumbered, int largeBytes) {
    this.path = path;
    this.isNumbered = isNumbered;
    this.largeBytes = largeBytes;
  }

  /** All there are, oldest first. The only one need not be there. */
  List<Path> all() throws IOException {
    if (!isNumbered) {
      return List.of(path);
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, ManifestFiles::isNumber)) {
      files.forEach(found::add);
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    }
    found.sort(null);
    return found;
  }

  private static boolean isNumber(Path file) {
    return NUMBER.matcher(file.getFileName().toString()).matches();
  }

  Optional<Path> last() throws IOException {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** The one to which the next batch is added; it need not be there. */
  Path next() throws IOException {
    Path last = last().orElse(null);
    if (last == null) {
      return numbered(1);
    }
    return isNumbered && Files.size(last) >= largeBytes
        ? numbered(Integer.parseInt(last.getFileName().toString()) + 1)
        : last;
  }

  private Path numbered(int number) {
    return path.resolve(String.format(Locale.ROOT, "%08d", number));
  }
}
