// The pages, one function each: it fills an element and gives { update, close }, both optional.
import { lines, spread, timeline } from "/charts.js";

/** Makes an element: text becomes text nodes, so nothing that a program says is read as HTML. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const amounts = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
export const count = (value) => numbers.format(value);
export const millis = (value) =>
  value === null || value === undefined ? "–"
    : value >= 60_000 ? `${(value / 60_000).toFixed(1)} min`
    : value >= 1000 ? `${(value / 1000).toFixed(2)} s`
    : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const clock = (value) => {
  const time = new Date(value);
  const two = (part, size = 2) => String(part).padStart(size, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${two(time.getMilliseconds(), 3)}`;
};

const STATES = { COMPLETED: "good", RUNNING: "", WAITING: "muted", FAILED: "bad" };
const state = (value) => h("span", { class: STATES[value] }, value.toLowerCase());

const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), ...children);
const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
const empty = (text) => h("p", { class: "empty" }, text);

function table(caption, heads, rows) {
  const head = heads.map(([name, kind]) => h("th", { scope: "col", class: kind }, name));
  const body = rows.map((row) => h("tr", {}, row.map((cell, i) => h("td", { class: heads[i][1] }, cell))));
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

/** Rates and delays over time. */
export function overview(main, model) {
  const facts = h("dl", { class: "facts" });
  const interval = model.status.intervalMillis;
  const charts = [
    { title: "Input rate", unit: "records a second", of: (batch) => (batch.records * 1000) / interval, format: (value) => `${count(value)}/s` },
    { title: "Processing time", unit: "milliseconds, with the batch interval dashed", of: (batch) => batch.processingMillis, format: millis, limit: interval },
    { title: "Scheduling delay", unit: "milliseconds a batch waits for those before it", of: (batch) => batch.schedulingMillis, format: millis },
    { title: "Total delay", unit: "milliseconds from the batch's time to its end", of: (batch) => batch.totalMillis, format: millis },
  ].map((chart) => {
    const drawing = h("div", { class: "chart", role: "img" });
    const bars = h("div", { "aria-hidden": "true" });
    return { ...chart, drawing, bars, element: card(chart.title, h("p", { class: "muted" }, chart.unit), drawing, bars) };
  });
  const reason = h("p", { class: "muted" });
  main.append(card("Now", facts, reason), h("div", { class: "tiles" }, charts.map((chart) => chart.element)));
  for (const chart of charts) {
    chart.line = timeline(chart.drawing, { label: chart.title, limit: chart.limit });
  }

  function update() {
    const { status } = model;
    const done = model.ended();
    const last = done.at(-1);
    facts.replaceChildren(
      fact("Health", status.health), fact("Batch interval", millis(interval)), fact("Batches completed", count(status.completed)),
      fact("Records", count(status.records)), fact("Waiting", count(status.waiting)), fact("Last total delay", millis(last?.totalMillis)));
    reason.textContent = done.length === 0 ? `${status.healthReason} Charts begin with the first batch.` : status.healthReason;
    for (const chart of charts) {
      const values = done.map(chart.of);
      chart.line.set(done.map((batch, i) => ({ x: batch.timeMillis / 1000, y: values[i] })));
      spread(chart.bars, values, chart.format);
      chart.drawing.setAttribute("aria-label", last ? `${chart.title}: ${chart.format(chart.of(last) ?? 0)} in the last batch` : `${chart.title}: no batch yet`);
    }
  }
  return { update, close: () => charts.forEach((chart) => chart.line.close()) };
}

/** All batches that are remembered. */
export function batches(main, model) {
  const list = h("div");
  main.append(card("Batches", list));
  function update() {
    const known = model.all().slice(-200).reverse();
    if (known.length === 0) {
      list.replaceChildren(empty("No batch is due yet. The first comes at the next multiple of the batch interval."));
      return;
    }
    const longest = Math.max(...known.map((batch) => batch.totalMillis ?? 0), 1);
    list.replaceChildren(table("The latest 200, newest first",
      [["Time"], ["State"], ["Records", "number"], ["Tasks", "number"], ["Waited", "number"], ["Processing", "number"], ["Total", "number"], [""]],
      known.map((batch) => [
        h("a", { href: `#/batch/${batch.timeMillis}`, class: "number" }, clock(batch.timeMillis)), state(batch.state),
        count(batch.records), count(batch.tasks), millis(batch.schedulingMillis), millis(batch.processingMillis), millis(batch.totalMillis),
        h("span", { class: "bar", style: `width:${(120 * (batch.totalMillis ?? 0)) / longest}px`, "aria-hidden": "true" })])));
  }
  return { update };
}

/** One batch in full. */
export function batch(main, model, time) {
  const body = h("div", { class: "tiles" });
  main.append(body);
  let shown = "";
  async function load() {
    const answer = await model.get(`batches/${encodeURIComponent(time)}`);
    if (answer.error) {
      body.replaceChildren(card(`Batch ${time}`, empty(answer.error), h("a", { href: "#/batches" }, "All batches")));
      return;
    }
    const text = JSON.stringify(answer);
    if (text !== shown) {
      shown = text;
      body.replaceChildren(...detail(answer));
    }
  }
  load();
  return { update: load };
}

function detail({ batch: summary, recordsByStream, tasksByWorker, counters, outputs }) {
  const whole = summary.processingMillis ?? Math.max(0, ...outputs.map((output) => (output.afterMillis ?? 0) + (output.tookMillis ?? 0)));
  const share = (value) => `${(100 * (value ?? 0)) / (whole || 1)}%`;
  const pairs = (caption, head, object, none) => {
    const entries = Object.entries(object);
    return entries.length === 0 ? empty(none) : table(caption, head, entries.map(([key, value]) => [key, count(value)]));
  };
  return [
    card(`Batch ${clock(summary.timeMillis)}`,
      h("dl", { class: "facts" }, fact("State", state(summary.state)), fact("Records", count(summary.records)), fact("Tasks", count(summary.tasks)),
        fact("Attempts", count(summary.attempts)), fact("Waited", millis(summary.schedulingMillis)), fact("Processing", millis(summary.processingMillis)),
        fact("Total", millis(summary.totalMillis))),
      summary.failure ? h("pre", { class: "bad" }, summary.failure) : null),
    card("Outputs", outputs.length === 0 ? empty("No output has begun yet.")
      : table("From the start of the batch", [["Output"], ["Took", "number"], ["When"], ["Error"]], outputs.map((output) => [
          `${output.id} ${output.name}`, millis(output.tookMillis),
          h("span", { class: "bar", style: `margin-left:${share(output.afterMillis)};width:${share(output.tookMillis)}` }), output.failure ?? ""]))),
    card("Tasks by worker", pairs("Tasks that computed the batch's datasets", [["Worker"], ["Tasks", "number"]], tasksByWorker, "No task was given to a worker yet.")),
    card("Input", pairs("Records of each stream", [["Stream"], ["Records", "number"]], recordsByStream, "This batch has no received records.")),
    card("Counters", pairs("What the batch's tasks added", [["Counter"], ["Added", "number"]], counters, "The program has no counters: context.counter(\"name\") makes one.")),
  ];
}

/** What the program shows of its own results. */
export function charts(main, model) {
  const tiles = h("div", { class: "tiles" });
  const shown = new Map();
  main.append(tiles);

  function update() {
    if (model.charts.size === 0) {
      tiles.replaceChildren(card("Charts", empty("This program shows none of its results. One line of it does, for example:"),
        h("pre", {}, 'counts.show("Top words", Charts.bar());')));
      return;
    }
    if (shown.size === 0) {
      tiles.replaceChildren();
    }
    for (const chart of model.charts.values()) {
      if (!shown.has(chart.title)) {
        const body = h("div");
        const time = h("p", { class: "muted" });
        tiles.append(card(chart.title, time, body));
        shown.set(chart.title, { body, time, drawing: chart.kind === "LINE" ? lines(body) : null });
      }
      const { body, time, drawing } = shown.get(chart.title);
      const latest = chart.points.at(-1);
      time.textContent = `Batch ${clock(latest.timeMillis)}`;
      if (drawing) {
        drawing.set(chart.points);
        body.setAttribute("role", "img");
        body.setAttribute("aria-label", latest.rows.map(([label, value]) => `${label} ${value}`).join(", "));
      } else {
        body.replaceChildren(DRAWN[chart.kind](chart, latest.rows));
      }
    }
  }
  return { update, close: () => shown.forEach(({ drawing }) => drawing?.close()) };
}

const cell = (value) => (typeof value === "number" ? h("span", { class: "number" }, amounts.format(value)) : value);

const DRAWN = {
  BAR(chart, rows) {
    const most = Math.max(...rows.map(([, value]) => value), 0);
    return rows.length === 0 ? empty("This batch has nothing to show.")
      : h("table", { class: "bars" }, h("tbody", {}, rows.map(([label, value]) => h("tr", {},
          h("th", { scope: "row" }, label),
          h("td", {}, h("span", { class: "bar", style: `width:${most > 0 ? Math.max(0, (100 * value) / most) : 0}%` })),
          h("td", { class: "number" }, amounts.format(value))))));
  },
  TABLE(chart, rows) {
    return rows.length === 0 ? empty("This batch has nothing to show.")
      : table(chart.title, chart.columns.map((name) => [name]), rows.map((row) => row.map(cell)));
  },
  VALUE(chart, rows) {
    return h("p", { class: "large" }, rows.length === 0 ? "–" : cell(rows[0][0]));
  },
};

/** The stages. */
export function plan(main, model) {
  const text = h("pre");
  main.append(card("Stages", h("p", { class: "muted" }, "Each is a chain of steps that a task runs on one partition; data are shuffled between them."), text));
  model.get("plan").then((answer) => { text.textContent = answer.stages ?? answer.error; });
  return {};
}

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
