package io.sluice.connector.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** A name node and a data node in this process. */
final class HdfsCluster implements AutoCloseable {

  private final MiniDFSCluster cluster;
  private final FileSystem files;

  HdfsCluster(Path directory) throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("dfs.replication", "1");
    configuration.set("dfs.namenode.safemode.extension", "0");
    cluster = new MiniDFSCluster.Builder(configuration, directory.toFile())
        .numDataNodes(1)
        .build();
    cluster.waitActive();
    files = connect(Map.of());
  }

  /** Makes the file system of this process. */
  private FileSystem connect(Map<String, String> more) throws IOException {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("dfs.replication", "1");
    properties.put("dfs.client.retry.interval-ms.get-last-block-length", "500");
    return FileSystems.newFileSystem(cluster.getURI(), properties);
  }

  MiniDFSCluster nodes() {
    return cluster;
  }

  /** Another client than that of this process. */
  DistributedFileSystem other() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("dfs.replication", "1");
    return (DistributedFileSystem)
        org.apache.hadoop.fs.FileSystem.newInstance(cluster.getURI(), configuration);
  }

  URI uri() {
    return cluster.getURI();
  }

  String at(String path) {
    return cluster.getURI() + path;
  }

  @Override
  public void close() throws IOException {
    files.close();
    cluster.shutdown();
  }
}
