package io.sluice.connector.hadoop;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;

/** Hadoop's failures as those of {@link java.nio.file}, which say what a user can do. */
final class Failures {

  private static final int MAX_REASON_CHARS = 300;

  private Failures() {}

  /** @param path with its scheme */
  static IOException explained(String path, IOException failure) {
    IOException cause =
        failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
    IOException explained = kind(path, cause);
    if (explained != cause) {
      explained.initCause(cause);
    }
    return explained;
  }

  private static IOException kind(String path, IOException cause) {
    if (cause instanceof FileNotFoundException) {
      return new NoSuchFileException(path);
    }
    if (cause instanceof org.apache.hadoop.fs.FileAlreadyExistsException) {
      return new FileAlreadyExistsException(path);
    }
    if (cause instanceof PathIsNotEmptyDirectoryException) {
      return new DirectoryNotEmptyException(path);
    }
    if (cause instanceof AccessControlException) {
      return new AccessDeniedException(path, null, reason(cause));
    }
    // Those of S3 that have types of their own are not on the class path of those who have only
    // HDFS.
    if (cause.getClass().getSimpleName().equals("UnknownStoreException")) {
      return new FileSystemException(
          path,
          null,
          "the bucket does not exist there; create it, or correct its name or fs.s3a.endpoint");
    }
    if (cause.getClass().getSimpleName().equals("RemoteFileChangedException")) {
      return new FileSystemException(path, null, "somebody else has written it meanwhile");
    }
    if (cause instanceof AccessDeniedException && path.startsWith("s3a:")) {
      return new AccessDeniedException(
          path,
          null,
          "the bucket refuses the credentials, or there are none: give fs.s3a.access.key and fs.s3a.secret.key or fs.s3a.aws.credentials.provider, with the right to do this ("
              + reason(cause) + ")");
    }
    return cause instanceof FileSystemException
        ? cause
        : new FileSystemException(path, null, reason(cause));
  }

  private static String reason(IOException cause) {
    String text = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    String shown =
        text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS) + "...";
    return cause.getClass().getSimpleName() + ": " + shown;
  }
}
