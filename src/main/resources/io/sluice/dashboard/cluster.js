// The page of workers, receivers and what happened.
import { card, clock, count, empty, h, table } from "/dom.js";

/** Workers, receivers and what happened. */
export function cluster(main, model) {
  const workers = h("div");
  const receivers = h("div");
  const events = h("div");
  main.append(card("Workers", workers), card("Receivers", receivers), card("Events", events));
  const names = { working: "good", lost: "bad", left: "muted" };
  async function load() {
    const [known, running, happened] = await Promise.all([model.get("cluster"), model.get("receivers"), model.get("events")]);
    workers.replaceChildren(known.length === 0 ? empty("No worker has joined since this page began.")
      : table("Nodes that run tasks", [["Worker"], ["State"], ["Slots", "number"], ["Since"], ["Reason"]], known.map((worker) => [
          worker.id, h("span", { class: names[worker.state] }, worker.state), count(worker.slots), clock(worker.sinceMillis), worker.reason ?? ""])));
    receivers.replaceChildren(running.length === 0 ? empty("This program has no receivers, or none has begun.")
      : table("Where data come in", [["Stream", "number"], ["Receiver"], ["State"], ["On"], ["Last error"]], running.map((receiver) => [
          count(receiver.streamId), receiver.name, h("span", { class: receiver.active ? "good" : "warn" }, receiver.active ? "receiving" : "not receiving"),
          receiver.location, receiver.lastError ? `${clock(receiver.lastErrorMillis)} ${receiver.lastError}` : ""])));
    events.replaceChildren(happened.length === 0 ? empty("Nothing has happened yet: joins, losses and recoveries are listed here.")
      : table("Newest first", [["Time"], ["What"], ["Event"]], happened.map((event) => [
          clock(event.timeMillis), event.kind, h("span", { class: event.bad ? "bad" : "" }, event.text)])));
  }
  load();
  return { updateCluster: load };
}
