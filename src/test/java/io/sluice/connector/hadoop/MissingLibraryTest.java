package io.sluice.connector.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.StreamingContext;
import io.sluice.api.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MissingLibraryTest {

  /** Has Sluice without Hadoop. */
  private static final class WithoutHadoop extends ClassLoader {
    WithoutHadoop() {
      super(MissingLibraryTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.apache.hadoop.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.sluice.connector.hadoop.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? define(name) : known;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (code == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = code.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException failure) {
        throw new ClassNotFoundException(name, failure);
      }
    }
  }

  private static Path path(Class<? extends FileSystemProvider> type, String uri) throws Exception {
    Class<?> alone = new WithoutHadoop().loadClass(type.getName());
    return ((FileSystemProvider) alone.getConstructor().newInstance()).getPath(URI.create(uri));
  }

  @Test
  void hadoopThatIsMissingIsNamed() throws Exception {
    Path hdfs = path(HdfsFileSystemProvider.class, "hdfs://name-node:8020/orders");
    Path s3 = path(S3aFileSystemProvider.class, "s3a://shop/orders");

    assertThatThrownBy(() -> Files.size(hdfs))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "'hdfs://name-node:8020/' cannot be reached: org\\.apache\\.hadoop\\.\\S+ is missing\\. "
                + "Add org\\.apache\\.hadoop:hadoop-client-api and org\\.apache\\.hadoop:hadoop-client-runtime to the class path of the driver and of every worker\\.");
    assertThatThrownBy(() -> Files.size(s3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'s3a://shop/' cannot be reached")
        .hasMessageContaining("org.apache.hadoop:hadoop-aws, the software.amazon.awssdk modules");
  }

  @Test
  void classIsNamedAlsoWhereHadoopHasMadeASentenceOfIt() {
    Throwable told =
        new RuntimeException(new ClassNotFoundException("Class org.example.Files not found"));

    assertThat(MissingLibrary.in(told).orElseThrow().name()).isEqualTo("org.example.Files");
    assertThat(MissingLibrary.in(new NoClassDefFoundError("org/example/Files"))
            .orElseThrow()
            .name())
        .isEqualTo("org.example.Files");
    assertThat(MissingLibrary.in(new RuntimeException("other"))).isEmpty();
  }

  @Test
  void pathsAreMadeWithoutHadoop() throws Exception {
    Path orders = path(HdfsFileSystemProvider.class, "hdfs://name-node:8020/orders");

    assertThat(orders.resolve("a b.txt")).hasToString("hdfs://name-node:8020/orders/a b.txt");
    assertThat(orders.resolve("../x").normalize()).hasToString("hdfs://name-node:8020/x");
  }

  /** The class path of these tests has Hadoop's interfaces without what they run on. */
  @Test
  void programHearsOfItWhenItIsBuilt() {
    try (StreamingContext context = StreamingContext.local("missing", Duration.ofSeconds(1))) {
      for (String directory : new String[] {"hdfs://name-node:8020/orders", "s3a://shop/orders"}) {
        assertThatThrownBy(() -> context.textFileStream(directory))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Add org.apache.hadoop:hadoop-client-api");
      }
    }
  }

  @Test
  void schemeThatNobodyHasIsToldWithThoseThereAre() {
    assertThatThrownBy(() -> Locations.path("gs://bucket/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'gs'. Known are file, hdfs, s3a; mount the files");
    assertThatThrownBy(() -> Locations.path("hdfs://[name-node/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Write it as hdfs://host/directory.");
  }
}
