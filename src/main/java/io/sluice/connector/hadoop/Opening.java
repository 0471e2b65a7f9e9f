package io.sluice.connector.hadoop;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/** How a file is opened: read at any place, written from its beginning, or continued. */
final class Opening {

  private static final Set<StandardOpenOption> REFUSED = EnumSet.of(
      StandardOpenOption.DELETE_ON_CLOSE, StandardOpenOption.SYNC, StandardOpenOption.DSYNC);

  private final Set<? extends OpenOption> options;

  private Opening(Set<? extends OpenOption> options) {
    this.options = options;
  }

  /** @throws UnsupportedOperationException if files here cannot be opened so */
  static Opening of(Set<? extends OpenOption> options) {
    Opening opening = new Opening(options);
    boolean both = opening.writes() && opening.has(StandardOpenOption.READ);
    if (both || REFUSED.stream().anyMatch(options::contains)) {
      throw new UnsupportedOperationException(
          "Files in HDFS and S3 can be read, written from the beginning or appended to, got "
              + options + ".");
    }
    return opening;
  }

  private boolean has(StandardOpenOption option) {
    return options.contains(option);
  }

  private boolean writes() {
    return has(StandardOpenOption.WRITE) || has(StandardOpenOption.APPEND);
  }

  FileChannel open(Store store, String path) throws IOException {
    if (!writes()) {
      Attributes found = store.attributes(path);
      return found.isDirectory()
          ? new SettledChannel(found)
          : new ReadChannel(store.open(path, found));
    }
    if (has(StandardOpenOption.CREATE_NEW)) {
      return new WriteChannel(store.create(path, true), 0);
    }
    if (has(StandardOpenOption.APPEND)) {
      return append(store, path);
    }
    boolean truncates = has(StandardOpenOption.TRUNCATE_EXISTING);
    if (truncates && has(StandardOpenOption.CREATE)) {
      return new WriteChannel(store.create(path, false), 0);
    }
    return change(store, path, truncates);
  }

  private FileChannel append(Store store, String path) throws IOException {
    Attributes found;
    try {
      found = store.attributes(path);
    } catch (NoSuchFileException none) {
      if (!has(StandardOpenOption.CREATE)) {
        throw none;
      }
      return new WriteChannel(store.append(path, null), 0);
    }
    return new WriteChannel(store.append(path, found), found.size());
  }

  private FileChannel change(Store store, String path, boolean truncates) throws IOException {
    try {
      Attributes found = store.attributes(path);
      return truncates ? new WriteChannel(store.create(path, false), 0) : new SettledChannel(found);
    } catch (NoSuchFileException none) {
      if (!has(StandardOpenOption.CREATE)) {
        throw none;
      }
      try {
        return new WriteChannel(store.create(path, true), 0);
      } catch (FileAlreadyExistsException meanwhile) {
        return new SettledChannel(store.attributes(path));
      }
    }
  }
}
