// Pages, one function each: it fills an element and gives { update, close }, both optional.
import { lines, spread, timeline } from "/charts.js";
import { amounts, card, clock, count, empty, fact, h, millis, state, table } from "/dom.js";

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
  main.append(card("Now", facts, reason, controls(model)), h("div", { class: "tiles" }, charts.map((chart) => chart.element)));
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

/** Buttons that act on the context. */
function controls(model) {
  const answer = h("p", { role: "status", class: "muted" });
  async function act(path, question) {
    if (question && !confirm(question)) {
      return;
    }
    const said = await model.act(path);
    answer.className = said.error ? "bad" : "muted";
    answer.textContent = said.error ?? { pause: "It pauses after the batch that runs.", resume: "It goes on." }[path] ?? "It stops.";
  }
  const button = (text, path, question) => {
    const made = h("button", { type: "button", class: "plain" }, text);
    made.addEventListener("click", () => act(path, question));
    return made;
  };
  return h("div", { class: "controls" }, button("Pause", "pause"), button("Resume", "resume"),
    button("Stop", "stop?graceful=true", "Stop this context when all that was received is processed?"), answer);
}

/** All batches that are remembered. */
export function batches(main, model) {
  const list = h("div");
  const heads = [["Time"], ["State"], ["Records", "number"], ["Tasks", "number"], ["Waited", "number"], ["Processing", "number"], ["Total", "number"], [""]];
  const shown = table("The latest 200, newest first", heads, []);
  const body = shown.querySelector("tbody");
  let rows = new Map();
  main.append(card("Batches", list));
  function update() {
    const known = model.all().slice(-200).reverse();
    if (known.length === 0) {
      list.replaceChildren(empty("No batch is due yet. The first comes at the next multiple of the batch interval."));
      return;
    }
    if (!body.isConnected) {
      list.replaceChildren(shown);
    }
    const longest = Math.max(...known.map((batch) => batch.totalMillis ?? 0), 1);
    const current = known.map((batch) => {
      const before = rows.get(batch.timeMillis);
      const row = before?.batch === batch ? before : { batch, element: before?.element ?? h("tr") };
      if (row !== before) {
        fill(row);
      }
      row.bar.style.width = `${(120 * (batch.totalMillis ?? 0)) / longest}px`;
      return row;
    });
    rows = new Map(current.map((row) => [row.batch.timeMillis, row]));
    place(body, current.map((row) => row.element));
  }

  function fill(row) {
    const { batch } = row;
    // The link stays the same element: one that is replaced between the press and the release of a button is not followed.
    row.link = row.element.querySelector("a") ?? h("a", { href: `#/batch/${batch.timeMillis}`, class: "number" }, clock(batch.timeMillis));
    row.bar = h("span", { class: "bar", "aria-hidden": "true" });
    const cells = [row.link, state(batch.state), count(batch.records), count(batch.tasks), millis(batch.schedulingMillis), millis(batch.processingMillis), millis(batch.totalMillis), row.bar];
    const head = row.element.firstChild ?? h("td", {}, row.link);
    row.element.replaceChildren(head, ...cells.slice(1).map((cell, i) => h("td", { class: heads[i + 1][1] }, cell)));
  }
  return { update };
}

/** Makes these the children, of which those that are there already stay where they are. */
function place(parent, children) {
  const wanted = new Set(children);
  [...parent.children].filter((child) => !wanted.has(child)).forEach((child) => child.remove());
  let next = parent.firstChild;
  for (const child of children) {
    if (child === next) {
      next = next.nextSibling;
    } else {
      parent.insertBefore(child, next);
    }
  }
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
