package io.sluice.task;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A worker that has found a driver: it registers there, and fetches the program once it is accepted. */
final class JoiningWorker extends AbstractBehavior<WorkerCommand> {

  private record Register() implements WorkerCommand.Own {}

  private record ProgramLoaded(WorkerCommand.Accepted welcome, ClassLoader loader)
      implements WorkerCommand.Own {}

  private record ProgramFailed(String reason) implements WorkerCommand.Own {}

  private static final Duration REPEAT = Duration.ofMillis(500);

  private final ActorRef<WorkerEvent> driver;
  private final TaskWorker.Host host;
  private final TimerScheduler<WorkerCommand> timers;
  private final long incarnation = System.nanoTime();
  private WorkerCommand.@Nullable Accepted accepted;
  private boolean dismissed;

  JoiningWorker(
      ActorContext<WorkerCommand> context,
      TimerScheduler<WorkerCommand> timers,
      ActorRef<WorkerEvent> driver,
      TaskWorker.Host host) {
    super(context);
    context.setLoggerName(TaskWorker.class);
    this.timers = timers;
    this.driver = driver;
    this.host = host;
    TaskWorker.watch(context, driver);
    timers.startTimerWithFixedDelay(new Register(), Duration.ZERO, REPEAT);
  }

  @Override
  public Receive<WorkerCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(Register.class, this::onRegister)
        .onMessage(WorkerCommand.Accepted.class, this::onAccepted)
        .onMessage(WorkerCommand.Refused.class, this::onRefused)
        .onMessage(ProgramLoaded.class, this::onProgramLoaded)
        .onMessage(ProgramFailed.class, this::onProgramFailed)
        .onMessage(
            WorkerCommand.Handover.class,
            handover -> !handover.driver().equals(driver),
            handover -> startAfresh(handover.driver()))
        .onMessage(WorkerCommand.DriverIs.class, this::onDriverIs)
        .onMessage(WorkerCommand.Dismiss.class, this::onDismiss)
        .onMessage(WorkerCommand.Leave.class, leave -> Behaviors.stopped())
        .onMessage(
            WorkerCommand.DriverGone.class,
            gone -> gone.driver().equals(driver),
            gone -> Behaviors.stopped())
        .onMessage(WorkerCommand.class, others -> this)
        .onSignal(PostStop.class, ended -> onPostStop())
        .build();
  }

  private Behavior<WorkerCommand> onRegister(Register register) {
    driver.tell(new WorkerEvent.WorkerReady(
        getContext().getSelf(),
        host.node().address(),
        incarnation,
        host.slots(),
        host.host(),
        host.version(),
        host.proof()));
    return this;
  }

  private Behavior<WorkerCommand> onAccepted(WorkerCommand.Accepted message) {
    if (accepted != null) {
      return this;
    }
    accepted = message;
    timers.cancelAll();
    getContext()
        .pipeToSelf(
            ProgramLoader.fetch(
                host.node(), message.driverAddress(), message.context(), message.jars()),
            (loader, failure) -> failure == null
                ? new ProgramLoaded(message, loader)
                : new ProgramFailed(String.valueOf(failure.getMessage())));
    return this;
  }

  private Behavior<WorkerCommand> onRefused(WorkerCommand.Refused refused) {
    getContext().getLog().error("The driver refused this worker: {}", refused.reason());
    return Behaviors.stopped();
  }

  private Behavior<WorkerCommand> onProgramFailed(ProgramFailed failed) {
    getContext().getLog().error("The program cannot be loaded: {}", failed.reason());
    driver.tell(new WorkerEvent.WorkerFailed(host.node().address(), incarnation, failed.reason()));
    return Behaviors.stopped();
  }

  private Behavior<WorkerCommand> onProgramLoaded(ProgramLoaded loaded) {
    return loaded.welcome().equals(accepted)
        ? new TaskWorker(
            getContext(),
            timers,
            new TaskWorker.Admission(driver, loaded.welcome(), incarnation, loaded.loader()),
            host)
        : this;
  }

  private Behavior<WorkerCommand> onDriverIs(WorkerCommand.DriverIs found) {
    boolean known =
        found.driver().equals(driver) || (accepted != null && accepted.epoch() >= found.epoch());
    return known ? this : startAfresh(found.driver());
  }

  private Behavior<WorkerCommand> onDismiss(WorkerCommand.Dismiss dismiss) {
    if (accepted != null && dismiss.epoch() < accepted.epoch()) {
      return this;
    }
    if (dismiss.forGood()) {
      getContext().getLog().info("Leaving: {}", dismiss.reason());
      dismissed = true;
      return Behaviors.stopped();
    }
    getContext().getLog().warn("Starting afresh: {}", dismiss.reason());
    return startAfresh(driver);
  }

  private Behavior<WorkerCommand> startAfresh(ActorRef<WorkerEvent> next) {
    timers.cancelAll();
    getContext().unwatch(driver);
    return TaskWorker.create(next, host);
  }

  private Behavior<WorkerCommand> onPostStop() {
    if (accepted != null && !dismissed) {
      driver.tell(
          new WorkerEvent.WorkerFailed(host.node().address(), incarnation, "its node is ending"));
    }
    return this;
  }
}
