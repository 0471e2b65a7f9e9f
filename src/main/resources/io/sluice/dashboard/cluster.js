// The page of workers, what they hold, receivers, partitions and what happened.
import { bytes, card, clock, count, empty, fact, h, table } from "/dom.js";

const STATES = { working: "good", lost: "bad", left: "muted" };
const POLL_MILLIS = 2000;

/** Workers, receivers and what happened. */
export function cluster(main, model) {
  const facts = h("dl", { class: "facts" });
  const parts = { workers: h("div"), receivers: h("div"), state: h("div"), partitions: h("div"), events: h("div") };
  main.append(card("Driver", facts), card("Workers", parts.workers), card("Receivers", parts.receivers), card("State", parts.state),
    card("Partitions of keyed data", parts.partitions), card("Events", parts.events));

  async function load() {
    const [known, running, happened, plan] = await Promise.all([model.get("cluster"), model.get("receivers"), model.get("events"), model.plan()]);
    if (known.error) {
      return;
    }
    const now = known.now;
    facts.replaceChildren(fact("Epoch", now ? count(now.epoch) : "–"), fact("Driver", now?.driver ?? "–"), fact("Workers", now ? count(now.workers.length) : "–"),
      fact("Slots", now ? count(now.workers.reduce((sum, worker) => sum + worker.slots, 0)) : "–"));
    // A page that was opened late has not heard of those that had joined before.
    const heard = new Set(known.workers.map((worker) => worker.id));
    known.workers.push(...(now?.workers ?? []).filter((worker) => !heard.has(worker.id)).map((worker) => ({ ...worker, state: "working", sinceMillis: null })));
    parts.workers.replaceChildren(known.workers.length === 0 ? empty("No worker has joined since this page began.") : workers(known.workers, now));
    parts.receivers.replaceChildren(running.length === 0 ? empty("This program has no receivers, or none has begun.") : receivers(running, model, plan));
    parts.state.replaceChildren(state(now, plan));
    parts.partitions.replaceChildren(now && now.partitions.length > 0 ? partitions(now.partitions) : empty("Keyed data have no place before the program begins."));
    parts.events.replaceChildren(happened.length === 0 ? empty("Nothing has happened yet: joins, losses and recoveries are listed here.")
      : table("Newest first", [["Time"], ["What"], ["Event"]], happened.map((event) => [
          clock(event.timeMillis), event.kind, h("span", { class: event.bad ? "bad" : "" }, event.text)])));
  }
  load();
  const timer = setInterval(load, POLL_MILLIS);
  return { updateCluster: load, close: () => clearInterval(timer) };
}

function workers(known, now) {
  const loads = new Map((now?.workers ?? []).map((worker) => [worker.id, worker]));
  return table("Nodes that run tasks, and what they hold of what they may",
    [["Worker"], ["State"], ["Slots", "number"], ["Blocks in memory"], ["Blocks on disk"], ["Shuffles"], ["Heap"], ["Since"], ["Reason"]],
    known.map((worker) => {
      const load = loads.get(worker.id)?.load;
      const leaving = loads.get(worker.id)?.leaving;
      return [worker.id, h("span", { class: STATES[worker.state] }, leaving ? "leaving" : worker.state), count(worker.slots),
        meter(load?.blockBytes, load?.blockLimit), meter(load?.diskBytes, load?.diskLimit), meter(load?.shuffleBytes, load?.shuffleLimit), meter(load?.heapBytes, load?.heapLimit),
        worker.sinceMillis === null ? "–" : clock(worker.sinceMillis), worker.reason ?? ""];
    }));
}

function meter(value, limit) {
  return limit ? h("span", {}, h("meter", { min: 0, max: limit, value, high: limit * 0.9 }), ` ${value ? bytes(value) : "0 B"} of ${bytes(limit)}`) : "–";
}

function receivers(running, model, plan) {
  const last = model.ended().at(-1);
  const interval = model.status.intervalMillis;
  const rate = (stream) => {
    const records = last?.recordsByStream?.[stream];
    return records === undefined ? "–" : `${count((records * 1000) / interval)}/s`;
  };
  return table("Where data come in; rates of the last batch", [["Stream", "number"], ["Receiver"], ["State"], ["Rate", "number"], ["On"], ["Last error"]],
    running.map((receiver) => [
      count(receiver.streamId), receiver.name, h("span", { class: receiver.active ? "good" : "warn" }, receiver.active ? "receiving" : "not receiving"), rate(receiver.streamId),
      receiver.location, receiver.lastError ? `${clock(receiver.lastErrorMillis)} ${receiver.lastError}` : ""]));
}

function state(now, plan) {
  const steps = plan.steps?.filter((step) => step.remembers) ?? [];
  if (steps.length === 0 || !now) {
    return empty("This program remembers nothing from batch to batch, but windows of whole datasets.");
  }
  const heads = now.workers.map((worker) => [worker.id, "number"]);
  return table("Keys that workers own, by operator", [["Operator"], ["Name"], ...heads, ["All", "number"]], steps.map((step) => {
    const keys = now.workers.map((worker) => worker.keys[step.id] ?? 0);
    return [step.text, step.name, ...keys.map(count), count(keys.reduce((sum, some) => sum + some, 0))];
  }));
}

function partitions(all) {
  const owners = [...new Set(all.map((partition) => partition.owner))].sort();
  const numbers = (some) => (some.length === 0 ? "–" : some.map((partition) => partition.number).join(", "));
  const alone = all.filter((partition) => partition.standby === "").length;
  return h("div", {}, alone > 0 && owners.length > 1 ? h("p", { class: "warn" }, `${count(alone)} of ${count(all.length)} have no copy yet.`) : null,
    table("Who has them, and who has their copies", [["Worker"], ["Owns"], ["Has copies of"]], owners.map((owner) => [
      owner, numbers(all.filter((partition) => partition.owner === owner)), numbers(all.filter((partition) => partition.standby === owner))])));
}
