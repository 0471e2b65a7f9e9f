package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scheduler.ReceiverPlacement.Site;
import io.sluice.scheduler.ReceiverPlacement.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReceiverPlacementTest {

  @Test
  void c1_moreReceiversThanWorkersAreSpreadEvenly() {
    Map<Integer, List<String>> placed =
        ReceiverPlacement.placeAll(wishes(6, ""), sites("h1", "h2", "h3"));

    assertThat(placed.values()).allSatisfy(candidates -> assertThat(candidates).hasSize(1));
    assertThat(flat(placed)).containsExactlyInAnyOrder("h1", "h1", "h2", "h2", "h3", "h3");
  }

  @Test
  void c2_idleWorkersAreFurtherCandidates() {
    Map<Integer, List<String>> placed =
        ReceiverPlacement.placeAll(wishes(3, ""), sites("h1", "h2", "h3", "h4", "h5", "h6"));

    assertThat(placed.values()).allSatisfy(candidates -> assertThat(candidates).hasSize(2));
    assertThat(flat(placed)).containsExactlyInAnyOrder("h1", "h2", "h3", "h4", "h5", "h6");
  }

  @Test
  void c3_receiversThatPreferAHostShareItsWorkers() {
    List<Site> sites = new ArrayList<>();
    IntStream.range(0, 3).forEach(i -> sites.add(new Site("a" + i, "A")));
    IntStream.range(0, 3).forEach(i -> sites.add(new Site("b" + i, "B")));
    List<Wish> wishes = new ArrayList<>(wishes(3, ""));
    IntStream.range(3, 6).forEach(i -> wishes.add(new Wish(i, "A")));

    Map<Integer, List<String>> placed = ReceiverPlacement.placeAll(wishes, sites);

    assertThat(flat(placed)).containsExactlyInAnyOrder("a0", "a1", "a2", "b0", "b1", "b2");
    IntStream.range(3, 6)
        .forEach(i -> assertThat(placed.get(i)).singleElement().asString().startsWith("a"));
    IntStream.range(0, 3)
        .forEach(i -> assertThat(placed.get(i)).singleElement().asString().startsWith("b"));
  }

  @Test
  void c4_receiverThatStartsAgainGoesToAnIdleWorker() {
    List<String> candidates = ReceiverPlacement.placeAgain(
        "", List.of(List.of("h1")), sites("h1", "h2", "h3", "h4", "h5"));

    assertThat(candidates).containsExactlyInAnyOrder("h2", "h3", "h4", "h5");
  }

  @Test
  void c5_withoutIdleWorkersTheLeastWeightDecides() {
    List<List<String>> others =
        List.of(List.of("h1"), List.of("h2", "h3"), List.of("h1", "h3"), List.of("h4", "h5"));

    List<String> candidates =
        ReceiverPlacement.placeAgain("", others, sites("h1", "h2", "h3", "h4", "h5"));

    assertThat(candidates).containsExactlyInAnyOrder("h2", "h4", "h5");
  }

  @Test
  void c6_preferredHostIsACandidateThoughItIsNotUp() {
    assertThat(ReceiverPlacement.placeAll(wishes(1, "host1"), sites("host2")))
        .containsExactly(Map.entry(0, List.of("host1", "host2")));
    assertThat(ReceiverPlacement.placeAgain("host1", List.of(), sites("host2")))
        .containsExactly("host1", "host2");
  }

  @Test
  void c6_withoutWorkersOrReceiversThereIsNothing() {
    assertThat(ReceiverPlacement.placeAll(wishes(2, ""), List.of()))
        .containsExactly(Map.entry(0, List.of()), Map.entry(1, List.of()));
    assertThat(ReceiverPlacement.placeAll(List.of(), sites("h1"))).isEmpty();
    assertThat(ReceiverPlacement.placeAgain("h1", List.of(), List.of())).isEmpty();
  }

  private static List<Wish> wishes(int count, String host) {
    return IntStream.range(0, count).mapToObj(i -> new Wish(i, host)).toList();
  }

  private static List<Site> sites(String... hosts) {
    return List.of(hosts).stream().map(host -> new Site(host, host)).toList();
  }

  private static List<String> flat(Map<Integer, List<String>> placed) {
    return placed.values().stream().flatMap(List::stream).toList();
  }
}
