package io.sluice.connector.jdbc;

import java.io.IOException;

/** A database server of a test, which can be stopped and started again with what it has. */
interface DatabaseServer extends AutoCloseable {

  /** Does nothing if it runs. */
  void start() throws IOException;

  void stop() throws IOException;

  String url();

  TestDatabase database();

  /** Ends and leaves nothing. */
  @Override
  void close() throws IOException;
}
