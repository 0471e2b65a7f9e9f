package io.sluice.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.sluice.api.Ticker;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.TravellingProgram;
import io.sluice.scheduler.ContextSetup;
import io.sluice.scheduler.DriverExecution;
import io.sluice.task.WorkerCommand;
import java.util.List;
import java.util.Optional;

/** The cluster as a driver on one simulated node sees it. */
final class SimulatedDeployment implements Deployment {

  /** What a driver needs of the others. */
  interface Cluster {
    SimulatedLedger ledger(SimulatedNode driver);

    void opened(SimulatedNode driver, long epoch);

    void entrusted(TravellingProgram program);

    void published(SimulatedNode node, long epoch, Driver driver);
  }

  private static final int PARTITIONS = 3;

  private final ActorSystem<?> system;
  private final World world;
  private final SimulatedNode node;
  private final DataNode data;
  private final Functions functions;
  private final Cluster cluster;
  private long epoch;

  SimulatedDeployment(
      ActorSystem<?> system,
      World world,
      SimulatedNode node,
      DataNode data,
      Functions functions,
      Cluster cluster) {
    this.system = system;
    this.world = world;
    this.node = node;
    this.data = data;
    this.functions = functions;
    this.cluster = cluster;
  }

  @Override
  public ActorSystem<?> system() {
    return system;
  }

  @Override
  public DataNode node() {
    return data;
  }

  @Override
  public Ticker ticker() {
    return new VirtualTicker(world, node);
  }

  @Override
  public DriverExecution execution() {
    return functions;
  }

  @Override
  public RecordCodec codec(ClassLoader loader) {
    return SimulatedCluster.CODEC;
  }

  @Override
  public long newContext() {
    return Oracle.CONTEXT;
  }

  @Override
  public int defaultPartitions() {
    return PARTITIONS;
  }

  /** The simulation plays no receptionist. */
  @Override
  public boolean hasReceptionist() {
    return false;
  }

  @Override
  public boolean isWatched() {
    return true;
  }

  @Override
  public boolean isWelcome(ActorRef<WorkerCommand> worker) {
    return true;
  }

  @Override
  public String proof() {
    return "simulated";
  }

  @Override
  public boolean outlivesDriver() {
    return true;
  }

  @Override
  public Optional<ContextSetup.OpenLedger> openLedger(String name, long context) {
    ContextSetup.OpenLedger opened = ContextSetup.OpenLedger.open(cluster.ledger(node));
    epoch = opened.opened().epoch();
    cluster.opened(node, epoch);
    world.own(WorldMailbox.driver(String.valueOf(epoch)), node);
    return Optional.of(opened);
  }

  @Override
  public boolean wantsProgram() {
    return true;
  }

  @Override
  public void entrust(long context, TravellingProgram program) {
    cluster.entrusted(program);
  }

  @Override
  public List<WorkerCommand.ProgramJar> jars(long context, List<String> files) {
    return List.of();
  }

  @Override
  public void publish(Driver driver) {
    cluster.published(node, epoch, driver);
  }

  @Override
  public void close() {
    // The simulation ends its nodes itself.
  }
}
