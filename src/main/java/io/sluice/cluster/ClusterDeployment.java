package io.sluice.cluster;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.pattern.Patterns;
import com.typesafe.config.Config;
import io.sluice.api.Settings;
import io.sluice.block.DataNode;
import io.sluice.scheduler.ContextCommand;
import io.sluice.scheduler.ContextSetup;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The members of an Akka cluster; the driver is on this one. */
public final class ClusterDeployment implements Deployment {

  private static final int SLOTS_FACTOR = 4;
  private static final String DRIVER_ROLE = "driver";
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final boolean ownsSystem;
  private final Settings settings;
  private final Node node;
  private final @Nullable WorkerNode worker;
  private final ActorRef<Witness.Command> witness;
  private volatile @Nullable ActorRef<LedgerActor.Command> ledger;
  private volatile String contextName = "";
  private volatile List<WorkerCommand.ProgramJar> jars = List.of();

  private ClusterDeployment(ActorSystem<?> system, boolean ownsSystem, Settings settings) {
    this.system = system;
    this.ownsSystem = ownsSystem;
    this.settings = settings;
    this.node = Node.onPort(system, settings);
    this.worker =
        settings.cluster().driverWorks() ? WorkerNode.beside(system, settings, node) : null;
    WorkerNode works = worker;
    this.witness = Witness.start(
        system, node, settings, works == null ? driver -> {} : works::workFor, ownsSystem);
  }

  /** A driver on a system of its own that joins the cluster; blocks until it is in. */
  public static ClusterDeployment join(Config config, Settings settings) {
    return new ClusterDeployment(ClusterSystem.join(config, settings.cluster()), true, settings);
  }

  /** A driver on a member of a running cluster. */
  public static ClusterDeployment on(ActorSystem<?> system, Settings settings) {
    return new ClusterDeployment(system, false, settings);
  }

  @Override
  public ActorSystem<?> system() {
    return system;
  }

  @Override
  public DataNode node() {
    return node.data();
  }

  @Override
  public int defaultPartitions() {
    return settings.task().slots() * SLOTS_FACTOR;
  }

  @Override
  public boolean isWatched() {
    return true;
  }

  /** A node that was taken out of the cluster may live on for a while, unheard by the others. */
  @Override
  public boolean isWelcome(ActorRef<WorkerCommand> worker) {
    return Membership.isSound(system, worker);
  }

  @Override
  public void keep(Set<String> addresses) {
    ActorRef<LedgerActor.Command> actor = ledger;
    if (actor != null) {
      actor.tell(new LedgerActor.Keep(addresses));
    }
  }

  @Override
  public String proof() {
    return Discovery.proof(settings.cluster());
  }

  @Override
  public boolean outlivesDriver() {
    return settings.cluster().ledgerCopies() > 1;
  }

  @Override
  public Optional<ContextSetup.OpenLedger> openLedger(String name, long context) {
    if (!outlivesDriver()) {
      return Optional.empty();
    }
    String ledgerName = name + "-" + Long.toHexString(context);
    ActorRef<LedgerActor.Command> actor = system.systemActorOf(
        LedgerActor.create(
            Witness.ledgerSetup(ledgerName, node.ledgers(), node.data(), settings, ownsSystem)),
        "sluice-ledger-" + ledgerName,
        Props.empty());
    ledger = actor;
    contextName = name;
    return Optional.of(ContextSetup.OpenLedger.open(LedgerActor.of(actor)));
  }

  /** One that cannot be reached is none. */
  @Override
  public void requireFree(String name) {
    ServiceKey<WorkerEvent> key = Discovery.named(name);
    Receptionist.Listing known = AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(key, replyTo),
            settings.cluster().joinTimeout(),
            system.scheduler())
        .toCompletableFuture()
        .join();
    known.getServiceInstances(key).stream().findFirst().ifPresent(driver -> {
      throw new ContextCommand.NameTaken(driver.path().address().hostPort()).failure(name);
    });
  }

  @Override
  public boolean wantsProgram() {
    return outlivesDriver();
  }

  @Override
  public void entrust(long context, TravellingProgram program) {
    ActorRef<LedgerActor.Command> actor = ledger;
    if (actor != null) {
      actor.tell(new LedgerActor.Entrust(new Witness.Charge(
          contextName + "-" + Long.toHexString(context),
          contextName,
          context,
          node.data().address(),
          jars,
          TravellingProgram.offer(node.data(), context, program))));
    }
  }

  @Override
  public List<WorkerCommand.ProgramJar> jars(long context, List<String> files) {
    jars = ProgramJars.offer(node.data(), context, files);
    return jars;
  }

  @Override
  public void publish(Driver driver) {
    system.systemActorOf(
        NameGuard.create(Discovery.named(driver.name()), driver.events(), driver.actor()),
        "sluice-name-" + driver.actor().path().name(),
        Props.empty());
    system.receptionist().tell(Receptionist.register(Discovery.DRIVERS, driver.events()));
    ActorRef<LedgerActor.Command> opened = ledger;
    if (opened != null) {
      opened.tell(new LedgerActor.Announce(driver.events()));
    }
    CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(
        CoordinatedShutdown.PhaseBeforeServiceUnbind(),
        "sluice-stop-" + driver.name(),
        () -> Patterns.gracefulStop(
                Adapter.toClassic(driver.actor()), STOP_LIMIT, farewell(shutdown))
            .thenApply(stopped -> Done.getInstance()));
  }

  /** A node that the others have taken out is lost to them: they go on, and nobody is to hear that the context has ended. */
  private static ContextCommand farewell(CoordinatedShutdown shutdown) {
    boolean downed = shutdown
        .getShutdownReason()
        .filter(reason -> reason.equals(CoordinatedShutdown.clusterDowningReason()))
        .isPresent();
    return downed ? new ContextCommand.Crash(true) : new ContextCommand.Stop(false);
  }

  /** A node that was killed would keep this one from leaving until the cluster has given it up. */
  private void downTheLost() {
    Cluster cluster = Cluster.get(system);
    for (Member lost : cluster.state().getUnreachable()) {
      if (!lost.hasRole(DRIVER_ROLE)) {
        cluster.manager().tell(new Down(lost.address()));
      }
    }
  }

  /** What the driver's node has of other contexts goes to other nodes, as long as the system lives on without it. */
  private void awaitLeft(CompletionStage<Done> left) {
    try {
      left.toCompletableFuture()
          .get(settings.cluster().leaveTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      system.log().warn("The workers of this node did not leave in time");
    }
  }

  @Override
  public void close() {
    ActorRef<LedgerActor.Command> opened = ledger;
    if (opened != null) {
      LedgerActor.of(opened).close();
    }
    if (worker != null && !ownsSystem) {
      awaitLeft(worker.leave());
    }
    witness.tell(new Witness.Stop());
    if (ownsSystem) {
      downTheLost();
      system.terminate();
      try {
        system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException late) {
        system.log().warn("The actor system did not end in time: {}", late.toString());
      }
    }
    node.close();
  }
}
