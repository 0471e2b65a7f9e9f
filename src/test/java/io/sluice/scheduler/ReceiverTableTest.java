package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReceiverTableTest {

  private static final WorkerTable.Worker A = worker("a:1", "a");
  private static final WorkerTable.Worker B = worker("b:1", "b");
  private static final WorkerTable.Worker C = worker("c:1", "c");

  @Test
  void receiversAreSpreadOverTheWorkers() {
    ReceiverTable table = table("", "", "");

    table.assign(List.of(A, B, C));

    assertThat(workers(table)).containsExactlyInAnyOrder("a:1", "b:1", "c:1");
  }

  @Test
  void receiverRunsOnItsPreferredHost() {
    ReceiverTable table = table("", "b");

    table.assign(List.of(B, C));

    assertThat(workers(table)).containsExactly("c:1", "b:1");
  }

  @Test
  void receiverRunsElsewhereIfItsHostHasNoWorker() {
    ReceiverTable table = table("far", "");

    assertThat(table.assign(List.of(A, B))).hasSize(2);

    assertThat(workers(table)).doesNotHaveDuplicates().hasSize(2);
  }

  @Test
  void receiverOfALostWorkerGoesToTheLeastLoadedInANewAttempt() {
    ReceiverTable table = table("", "", "");
    table.assign(List.of(A, B, C));
    ReceiverTable.Entry moved = table.all().stream()
        .filter(entry -> entry.worker().equals(Optional.of("c:1")))
        .findFirst()
        .orElseThrow();

    table.workerLost("c:1");
    List<ReceiverTable.Entry> again = table.assign(List.of(A, B, worker("d:1", "d")));

    assertThat(again).containsExactly(moved);
    assertThat(moved.worker()).hasValue("d:1");
    assertThat(moved.attempt()).isEqualTo(2);
  }

  @Test
  void allReceiversMayBeOnOneWorker() {
    ReceiverTable table = table("", "", "");

    table.assign(List.of(A));

    assertThat(workers(table)).containsExactly("a:1", "a:1", "a:1");
    assertThat(table.assign(List.of(A, B))).isEmpty();
  }

  @Test
  void withoutWorkersReceiversWait() {
    ReceiverTable table = table("");

    assertThat(table.assign(List.of())).isEmpty();
    assertThat(table.all().get(0).attempt()).isZero();
  }

  private static ReceiverTable table(String... preferredHosts) {
    return new ReceiverTable(IntStream.range(0, preferredHosts.length)
        .mapToObj(
            i -> new StreamProgram.ReceiverSpec(i, "receiver-" + i, preferredHosts[i], new byte[0]))
        .toList());
  }

  private static WorkerTable.Worker worker(String address, String host) {
    return new WorkerTable.Worker(address, 1, 2, host, true, false, 0);
  }

  private static List<String> workers(ReceiverTable table) {
    return table.all().stream().flatMap(entry -> entry.worker().stream()).toList();
  }
}
