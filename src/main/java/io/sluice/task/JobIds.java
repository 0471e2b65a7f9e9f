package io.sluice.task;

/** Numbers of jobs and of their attempts, which grow from driver to driver. */
public final class JobIds {
  private JobIds() {}

  /** A name for one attempt of a job; later attempts, and those of later drivers, have greater ones. Never 0. */
  public static long maker(long job, int attempt) {
    return job << 16 | attempt;
  }

  /** The number below which all jobs are of earlier drivers. */
  public static long first(long epoch) {
    return epoch << 32;
  }
}
