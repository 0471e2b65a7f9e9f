package io.sluice.task;

import io.sluice.plan.TaskScope;

/** The task that a task thread runs, as functions see it. */
final class RunningTask extends TaskScope {

  private final WorkerSession session;
  private final WorkerCommand.RunTasks job;
  private final TaskSpec task;
  private final String driverAddress;
  private final TaskOutput output;

  RunningTask(
      WorkerSession session,
      WorkerCommand.RunTasks job,
      TaskSpec task,
      String driverAddress,
      TaskOutput output) {
    this.session = session;
    this.job = job;
    this.task = task;
    this.driverAddress = driverAddress;
    this.output = output;
  }

  @Override
  public long batchMillis() {
    return job.batchMillis();
  }

  @Override
  public int attempt() {
    return job.attempt() + task.tries() - 1;
  }

  @Override
  public String worker() {
    return session.node().address();
  }

  @Override
  public void count(String counter, long by) {
    output.count(counter, by);
  }

  @Override
  public Object broadcast(int number) {
    int version = job.values().broadcasts().getOrDefault(number, 0);
    return session.broadcast(number, version, driverAddress);
  }
}
