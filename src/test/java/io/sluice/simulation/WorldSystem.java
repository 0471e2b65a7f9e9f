package io.sluice.simulation;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Settings;

/** The actor system of all nodes. Each thread has its own, so that worlds on several threads share nothing. */
final class WorldSystem {

  static final Config CONFIG = ConfigFactory.parseString("""
      sluice.cluster { heartbeat-interval = 100 ms, heartbeat-timeout = 500 ms, min-workers = 2 }
      sluice.task.slots = 2
      sluice.batch.max-waiting = 4
      sluice.block.memory = 1 KiB
      sluice.shuffle.memory = 256 B
      sluice.receiver { min-backoff = 50 ms, max-backoff = 400 ms }
      akka {
        loglevel = off
        stdout-loglevel = off
        actor.provider = local
        jvm-exit-on-fatal-error = off
        jvm-shutdown-hooks = off
        coordinated-shutdown { run-by-jvm-shutdown-hook = off, exit-jvm = off }
        scheduler.implementation = "io.sluice.simulation.WorldScheduler"
        actor {
          default-dispatcher {
            type = Dispatcher, executor = "io.sluice.simulation.WorldExecutor", throughput = 1
          }
          internal-dispatcher {
            type = Dispatcher, executor = "io.sluice.simulation.WorldExecutor", throughput = 1
          }
          default-mailbox.mailbox-type = "io.sluice.simulation.WorldMailbox"
          typed.default-mailbox.mailbox-type = "io.sluice.simulation.WorldMailbox"
        }
      }
      """).withFallback(ConfigFactory.load());

  static final Settings SETTINGS = Settings.from(CONFIG);

  private static final ThreadLocal<ActorSystem<Void>> OF_THREAD =
      ThreadLocal.withInitial(() -> ActorSystem.create(Behaviors.empty(), "simulation", CONFIG));

  private WorldSystem() {}

  /** The calling thread's. To be asked while it is in no world. */
  static ActorSystem<Void> ofThread() {
    return OF_THREAD.get();
  }

  /** Ends the calling thread's. */
  static void end() {
    OF_THREAD.get().terminate();
    OF_THREAD.remove();
  }
}
