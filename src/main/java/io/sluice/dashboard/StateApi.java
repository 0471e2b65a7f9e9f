package io.sluice.dashboard;

import io.sluice.StateQuery;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** What operators remember, for programs: {@code /api/v1/state}. */
final class StateApi {

  static final String ROOT = "/api/v1/state";

  private static final int DEFAULT_LIMIT = 100;
  private static final int MOST = 10_000;

  /** Each waits for a slot, and those for one key for each other: more at a time would slow batches. */
  private static final int AT_A_TIME = 4;

  private final Semaphore places = new Semaphore(AT_A_TIME);

  /**
   * What was found.
   *
   * @param batchMillis the batch that has left it
   */
  record Found(String operator, long batchMillis, List<Entry> entries) {}

  /** A key and what is remembered for it, as {@link RecordView}. */
  record Entry(@Nullable Object key, @Nullable Object value) {}

  private final StreamingContext context;

  StateApi(StreamingContext context) {
    this.context = context;
  }

  void answer(Exchange exchange) throws IOException {
    String name = exchange.path().substring(ROOT.length());
    if (name.isEmpty() || name.equals("/")) {
      exchange.json(200, Map.of("operators", context.queryable()));
      return;
    }
    if (!places.tryAcquire()) {
      exchange.error(
          503, "There are %d queries of state under way. Try again.".formatted(AT_A_TIME));
      return;
    }
    try {
      ask(exchange, name.substring(1));
    } catch (IllegalArgumentException unknown) {
      exchange.error(404, String.valueOf(unknown.getMessage()));
    } catch (SluiceException failure) {
      exchange.error(503, String.valueOf(failure.getMessage()));
    } catch (IllegalStateException notRunning) {
      exchange.error(409, String.valueOf(notRunning.getMessage()));
    } finally {
      places.release();
    }
  }

  private void ask(Exchange exchange, String name) throws IOException {
    StateQuery<Object, Object> query = context.query(name);
    String key = exchange.query().get("key");
    String limit = exchange.query().getOrDefault("limit", String.valueOf(DEFAULT_LIMIT));
    if (key != null) {
      exchange.json(200, one(name, query, key));
    } else if (limit.matches("[1-9]\\d{0,3}|" + MOST)) {
      StateQuery.Answer<List<Pair<Object, Object>>> all = query.scan(Integer.parseInt(limit));
      exchange.json(
          200,
          new Found(
              name,
              all.batchTime().toEpochMilli(),
              all.value().stream().map(StateApi::entry).toList()));
    } else {
      exchange.error(
          400, "limit must be a number of keys, from 1 to " + MOST + ", got '" + limit + "'.");
    }
  }

  /** A key comes as text, and may be a text or a number in the program. */
  private static Found one(String name, StateQuery<Object, Object> query, String key) {
    List<Object> candidates = new ArrayList<>(List.of(key));
    if (key.matches("-?\\d{1,18}")) {
      long number = Long.parseLong(key);
      candidates.add(number);
      if (number == (int) number) {
        candidates.add((int) number);
      }
    }
    long batchMillis = 0;
    for (Object candidate : candidates) {
      StateQuery.Answer<Optional<Object>> answer = query.get(candidate);
      batchMillis = answer.batchTime().toEpochMilli();
      if (answer.value().isPresent()) {
        return new Found(
            name, batchMillis, List.of(entry(Pair.of(candidate, answer.value().get()))));
      }
    }
    return new Found(name, batchMillis, List.of());
  }

  private static Entry entry(Pair<Object, Object> pair) {
    return new Entry(RecordView.of(pair.key()), RecordView.of(pair.value()));
  }
}
