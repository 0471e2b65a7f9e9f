package io.sluice.connector.hadoop;

import io.sluice.api.Locations;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/**
 * Objects in S3 and in stores that speak its protocol: {@code s3a://bucket/path}.
 *
 * <p>A file is there when its channel is closed, and nobody sees a part of it. It cannot be forced before that. Appending writes it
 * anew, and fails if somebody else has changed it meanwhile.
 */
public final class S3aFileSystemProvider extends HadoopFileSystemProvider {

  @Override
  public String getScheme() {
    return "s3a";
  }

  @Override
  Store connect(URI root, Map<String, ?> properties) throws IOException {
    return S3aStore.connect(root, properties);
  }

  @Override
  String artifacts() {
    return "org.apache.hadoop:hadoop-client-api, org.apache.hadoop:hadoop-client-runtime, org.apache.hadoop:hadoop-aws, the software.amazon.awssdk modules that it uses and org.apache.commons:commons-lang3";
  }

  @Override
  Set<String> attributeViews() {
    return Set.of("basic", Locations.OBJECTS);
  }
}
