package io.sluice.cluster;

import akka.actor.typed.receptionist.ServiceKey;
import io.sluice.api.ClusterSettings;
import io.sluice.block.Sha256;
import io.sluice.task.WorkerEvent;
import java.nio.charset.StandardCharsets;

/** How workers and drivers find and recognise each other. */
final class Discovery {

  /** Every driver registers under this key, every worker watches it. */
  static final ServiceKey<WorkerEvent> DRIVERS =
      ServiceKey.create(WorkerEvent.class, "sluice-drivers");

  /** Every node's witness registers under this key; drivers choose among them who holds their ledgers. */
  static final ServiceKey<Witness.Command> WITNESSES =
      ServiceKey.create(Witness.Command.class, "sluice-witnesses");

  private Discovery() {}

  /** Drivers of one name. */
  static ServiceKey<WorkerEvent> named(String name) {
    return ServiceKey.create(WorkerEvent.class, "sluice-driver-" + name);
  }

  /** What shows that a node knows the token, without telling it. */
  static String proof(ClusterSettings settings) {
    return Sha256.hex(("sluice worker " + settings.token()).getBytes(StandardCharsets.UTF_8));
  }
}
