package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** Files in HDFS: {@code hdfs://name-node:8020/path}, {@code hdfs://name-service/path}, or {@code hdfs:///path} on the default one. */
public final class HdfsFileSystemProvider extends HadoopFileSystemProvider {

  @Override
  public String getScheme() {
    return "hdfs";
  }

  @Override
  Store connect(URI root, Map<String, ?> properties) throws IOException {
    return HdfsStore.connect(root, properties);
  }

  @Override
  String artifacts() {
    return "org.apache.hadoop:hadoop-client-api and org.apache.hadoop:hadoop-client-runtime";
  }

  @Override
  Set<String> attributeViews() {
    return Set.of("basic");
  }
}
