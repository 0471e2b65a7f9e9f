package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Settings;
import io.sluice.api.SluiceException;
import io.sluice.block.BlockStore;
import io.sluice.block.DataNode;
import io.sluice.block.LocalNetwork;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.plan.Action;
import io.sluice.plan.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobClientTest {

  private static final Settings SETTINGS = Settings.from(ConfigFactory.load());
  private static final Node ANY = new Node.Literal(1, 1);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<ContextCommand> driver = kit.createTestProbe();
  private final RecordCodec codec = new RecordCodec(JobClientTest.class.getClassLoader());
  private final DataNode node = new DataNode(
      new BlockStore(SETTINGS.block()),
      new ShuffleSpace(SETTINGS.shuffle(), SETTINGS.block()),
      handler -> new LocalNetwork().open("here", handler));
  private final JobClient client = new JobClient(
      7, driver.getRef(), new ContextActor.Life(), node, codec, DriverExecution.THREADS);

  @AfterEach
  void end() {
    kit.shutdownTestKit();
    node.close();
  }

  @Test
  void actionIsRunAgainWhenAResultIsGoneWithItsWorker() throws Exception {
    CompletableFuture<List<Object>> values = run();

    answer(1, new JobRun.Result(0, 0, 0, "gone", new byte[0]));
    driver.expectMessageClass(ContextCommand.Fetched.class);
    answer(2, new JobRun.Result(0, 0, 0, "here", codec.encode(new ArrayList<>(List.of("x")))));

    assertThat(values.get()).containsExactly("x");
  }

  @Test
  void resultsThatAreAlwaysGoneFailTheAction() {
    CompletableFuture<List<Object>> values = run();

    for (int job = 1; job <= 4; job++) {
      answer(job, new JobRun.Result(0, 0, 0, "gone", new byte[0]));
      driver.expectMessageClass(ContextCommand.Fetched.class);
    }

    assertThatThrownBy(values::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SluiceException.class);
  }

  private CompletableFuture<List<Object>> run() {
    return CompletableFuture.supplyAsync(() -> client.run(ANY, -1, new Action.Count()));
  }

  private void answer(long job, JobRun.Result result) {
    ContextCommand.Submit submit = driver.expectMessageClass(ContextCommand.Submit.class);
    submit.job().complete(job);
    submit.done().complete(List.of(result));
  }
}
