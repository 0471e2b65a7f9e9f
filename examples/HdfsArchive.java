package examples;

import io.sluice.StreamingContext;
import io.sluice.connector.file.FileSink;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Archives the lines of logs by their date, compressed, each once, whatever is killed and started again. The directories may be on all nodes, in HDFS or
 * in S3; the last one not in S3.
 */
public final class HdfsArchive {

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

  private HdfsArchive() {}

  /**
   * Arguments: a directory into which logs come, one for the archive, and one for checkpoints, for example {@code hdfs://name-node:8020/logs hdfs://name-node:8020/archive
   * hdfs://name-node:8020/checkpoints}. Only the first one must be there.
   */
  public static void main(String[] args) throws InterruptedException {
    try (StreamingContext context = archive(args[0], args[1], args[2])) {
      context.start();
      context.awaitTermination();
    }
  }

  // tag::program[]
  private static StreamingContext archive(String logs, String archive, String checkpoints) {
    return StreamingContext.getOrCreate(checkpoints, () -> {
      StreamingContext context = StreamingContext.create("Archive", Duration.ofSeconds(1));
      context
          .textFileStream(logs)
          .saveTo(
              "archive",
              FileSink.<String>in(archive).gzip().partitionedBy("date", HdfsArchive::date));
      return context;
    });
  }
  // end::program[]

  /** What a line begins with; empty if that is no date. */
  private static String date(String line) {
    String start = line.substring(0, Math.min(line.length(), 10));
    return DATE.matcher(start).matches() ? start : "";
  }
}
