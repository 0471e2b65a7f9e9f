package io.sluice.plan;

/** Of a batch that runs, with nothing generated, remembered, stored or kept unless a test says otherwise. */
public class EmptySurroundings implements StageCompiler.Surroundings {

  @Override
  public Node resolve(Node.Generated node, long batchMillis) {
    throw new AssertionError("Nothing is generated here");
  }

  @Override
  public boolean isRunning(long batchMillis) {
    return true;
  }

  @Override
  public boolean isRemembered(Node node, long batchMillis) {
    return false;
  }

  @Override
  public boolean isStored(Node node, long batchMillis) {
    return false;
  }
}
