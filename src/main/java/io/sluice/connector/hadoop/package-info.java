/** Files in HDFS and S3, through Hadoop's clients, for {@link java.nio.file.Path}. */
@NullMarked
package io.sluice.connector.hadoop;

import org.jspecify.annotations.NullMarked;
