package io.sluice.cluster;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.receptionist.Receptionist;
import io.sluice.api.Settings;
import io.sluice.block.DataNode;
import io.sluice.scheduler.ContextCommand;
import io.sluice.scheduler.ContextSetup;
import io.sluice.task.WorkerCommand;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The members of a cluster as the driver sees them that went on, on a working node, for one that was lost. */
final class SuccessorDeployment implements Deployment {

  private final ActorSystem<?> system;
  private final DataNode node;
  private final Settings settings;
  private final ActorRef<LedgerActor.Command> ledger;
  private final ContextSetup.OpenLedger opened;
  private final Witness.Charge charge;
  private final String silentNode;

  SuccessorDeployment(
      ActorSystem<?> system,
      DataNode node,
      Settings settings,
      ActorRef<LedgerActor.Command> ledger,
      ContextSetup.OpenLedger opened,
      Witness.Charge charge,
      String silentNode) {
    this.system = system;
    this.node = node;
    this.settings = settings;
    this.ledger = ledger;
    this.opened = opened;
    this.charge = charge;
    this.silentNode = silentNode;
  }

  @Override
  public ActorSystem<?> system() {
    return system;
  }

  @Override
  public DataNode node() {
    return node;
  }

  @Override
  public int defaultPartitions() {
    throw new IllegalStateException("The program brings its number of partitions.");
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
    ledger.tell(new LedgerActor.Keep(addresses));
  }

  @Override
  public String silentNode() {
    return silentNode;
  }

  @Override
  public String proof() {
    return Discovery.proof(settings.cluster());
  }

  @Override
  public boolean outlivesDriver() {
    return true;
  }

  @Override
  public Optional<ContextSetup.OpenLedger> openLedger(String name, long context) {
    return Optional.of(opened);
  }

  @Override
  public boolean wantsProgram() {
    return true;
  }

  @Override
  public void entrust(long context, TravellingProgram program) {
    throw new IllegalStateException("The program is here already.");
  }

  @Override
  public List<WorkerCommand.ProgramJar> jars(long context, List<String> files) {
    return charge.jars();
  }

  /** Nodes that leave hand their drivers on: the ledger has no word of an end. */
  @Override
  public void publish(Driver driver) {
    ledger.tell(new LedgerActor.Entrust(new Witness.Charge(
        charge.ledger(),
        charge.name(),
        charge.context(),
        node.address(),
        charge.jars(),
        charge.program())));
    var unused = driver.open().thenRun(() -> announce(driver));
    CoordinatedShutdown.get(system)
        .addActorTerminationTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "sluice-leave-" + driver.actor().path().name(),
            Adapter.toClassic(driver.actor()),
            Optional.of(new ContextCommand.Crash()));
  }

  /** Not before workers have been asked to go on: a worker that finds a later driver by itself starts afresh. */
  private void announce(Driver driver) {
    ledger.tell(new LedgerActor.Announce(driver.events()));
    system.receptionist().tell(Receptionist.register(Discovery.DRIVERS, driver.events()));
    system
        .receptionist()
        .tell(Receptionist.register(Discovery.named(driver.name()), driver.events()));
  }

  /** Lets another node try. */
  void abandon() {
    opened.ledger().close();
  }

  @Override
  public void close() {
    opened.ledger().close();
  }
}
