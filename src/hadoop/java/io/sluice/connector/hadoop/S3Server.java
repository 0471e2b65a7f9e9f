package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.util.HashMap;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** A server in this process that speaks the protocol of S3 and has its objects in memory. */
final class S3Server implements AutoCloseable {

  private static final String ACCESS_KEY = "app";
  private static final String SECRET_KEY = "not a secret";

  private final TransientNio2BlobStore objects = new TransientNio2BlobStore();
  private S3Proxy server;

  S3Server() throws Exception {
    server = started(0);
  }

  private S3Proxy started(int port) throws Exception {
    S3Proxy made = S3Proxy.builder()
        .blobStore(objects)
        .endpoint(URI.create("http://127.0.0.1:" + port))
        .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
        .build();
    made.start();
    return made;
  }

  /** Is away until somebody has asked for it while the action ran. */
  void awayDuring(Runnable action) throws Exception {
    int port = server.getPort();
    server.stop();
    try (ServerSocket nobody = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
      action.run();
      nobody.accept().close();
    }
    server = started(port);
  }

  void makeBucket(String name) {
    var unused = objects.createContainer(name);
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Makes the file system of a bucket for this process. */
  FileSystem connect(String bucket, Map<String, String> more) throws IOException {
    Map<String, String> properties = new HashMap<>(Map.of(
        "fs.s3a.endpoint",
        endpoint(),
        "fs.s3a.endpoint.region",
        "eu-central-1",
        "fs.s3a.path.style.access",
        "true",
        "fs.s3a.access.key",
        ACCESS_KEY,
        "fs.s3a.secret.key",
        SECRET_KEY));
    properties.putAll(more);
    return FileSystems.newFileSystem(URI.create("s3a://" + bucket), properties);
  }

  @Override
  public void close() throws Exception {
    server.stop();
    objects.close();
  }
}
