package io.sluice;

import com.typesafe.config.Config;

/** How long a message to another node may be. */
final class RemoteFrame {

  /** The setting of Akka that bounds it. */
  static final String SETTING = "akka.remote.artery.advanced.maximum-frame-size";

  private static final int ENVELOPE_BYTES = 2048;

  private RemoteFrame() {}

  /** Bytes for data in a message of a system with this configuration. */
  static long dataBytes(Config config) {
    return config.hasPath(SETTING) ? config.getBytes(SETTING) - ENVELOPE_BYTES : Integer.MAX_VALUE;
  }
}
