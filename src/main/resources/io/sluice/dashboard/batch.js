// The page of one batch: its stages, its tasks on a time line, its outputs.
import { quantile } from "/charts.js";
import { bytes, card, clock, count, empty, fact, h, millis, state, table } from "/dom.js";

/** One batch in full. */
export function batch(main, model, time) {
  const body = h("div", { class: "tiles" });
  main.append(body, replay(model, time));
  let shown = "";
  async function load() {
    const [answer, plan] = await Promise.all([model.get(`batches/${encodeURIComponent(time)}`), model.plan()]);
    if (answer.error) {
      body.replaceChildren(card(`Batch ${time}`, empty(answer.error), h("a", { href: "#/batches" }, "All batches")));
      return;
    }
    const text = JSON.stringify(answer);
    if (text !== shown) {
      shown = text;
      body.replaceChildren(...detail(answer, plan));
    }
  }
  load();
  return { update: load };
}

/** Runs the batch again, without carrying out what it puts out. */
function replay(model, time) {
  const button = h("button", { type: "button", class: "plain" }, "Run this batch again");
  const answer = h("div", { role: "status" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    answer.replaceChildren(empty("It runs."));
    const said = await model.act(`batches/${encodeURIComponent(time)}/replay`);
    button.disabled = false;
    answer.replaceChildren(...(said.error ? [h("p", { class: "bad" }, said.error)] : said.outputs.map((output) =>
      h("details", {}, h("summary", {}, `${output.name}: ${count(output.records)} records`), h("pre", {}, output.first.map((record) => JSON.stringify(record)).join("\n"))))));
  });
  return card("Replay", h("p", { class: "muted" }, "From the checkpoint, beside the running context, with the program as it is now. Outputs are shown here and not carried out."), button, answer);
}

function detail({ batch: summary, tasksByWorker, counters, outputs, stages }, plan) {
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
    wide(card("Stages", stagesOf(stages, plan, summary))),
    wide(card("Tasks", timeLine(stages, whole))),
    card("Tasks by worker", pairs("Tasks that computed the batch's datasets", [["Worker"], ["Tasks", "number"]], tasksByWorker, "No task was given to a worker yet.")),
    card("Input", pairs("Records of each stream", [["Stream"], ["Records", "number"]], summary.recordsByStream, "This batch has no received records.")),
    card("Counters", pairs("What the batch's tasks added", [["Counter"], ["Added", "number"]], counters, "The program has no counters: context.counter(\"name\") makes one.")),
  ];
}

function wide(element) {
  element.classList.add("wide");
  return element;
}

/** What was computed before and is read once more. */
const AGAIN = new Set(["dataset", "cached"]);

const label = (stage) => `${stage.job}.${stage.stage}`;
const sum = (tasks, of) => tasks.reduce((total, task) => total + of(task), 0);

/** How much more the largest has than the one in the middle. */
function skew(tasks, of) {
  const values = tasks.map(of);
  const middle = quantile(values, 0.5);
  return tasks.length < 2 || middle === 0 ? "–" : `${(Math.max(...values) / middle).toFixed(1)}×`;
}

function stagesOf(stages, plan, summary) {
  if (stages === null) {
    return empty(summary.state === "COMPLETED" ? "What the tasks of this batch did is not kept any more." : "What tasks did is told when the batch has ended.");
  }
  if (stages.length === 0) {
    return empty(summary.state === "COMPLETED" ? "This batch had no tasks: there was nothing to compute." : "What tasks did is told when the batch has ended.");
  }
  const step = (stage) => {
    const text = plan.steps?.find((one) => one.id === stage.step)?.text;
    return text === undefined ? stage.reads : AGAIN.has(stage.reads) ? `${stage.reads}: ${text}` : text;
  };
  return table("Job and stage; sums over its tasks, and the slowest and largest task beside the one in the middle",
    [["Stage"], ["Reads", "text"], ["Tasks", "number"], ["Retried", "number"], ["Records in", "number"], ["Bytes in", "number"], ["Records out", "number"],
      ["Bytes out", "number"], ["State keys", "number"], ["Longest", "number"], ["Skew: time", "number"], ["Skew: records", "number"]],
    stages.map((stage, number) => [
      h("span", {}, h("span", { class: "mark", style: `background:${hue(number)}`, "aria-hidden": "true" }), ` ${label(stage)}`), step(stage), count(stage.tasks.length),
      count(stage.tasks.filter((task) => task.attempt > 1).length), count(sum(stage.tasks, (task) => task.recordsIn)), bytes(sum(stage.tasks, (task) => task.bytesIn)),
      count(sum(stage.tasks, (task) => task.recordsOut)), bytes(sum(stage.tasks, (task) => task.bytesOut)), count(sum(stage.tasks, (task) => task.keysTouched)),
      millis(Math.max(...stage.tasks.map((task) => task.ranMillis))), skew(stage.tasks, (task) => task.ranMillis), skew(stage.tasks, (task) => task.recordsIn)]));
}

const hue = (number) => `hsl(${(200 + number * 67) % 360} 55% 50%)`;

/** Each worker's tasks, below each other where they ran at the same time. */
function timeLine(stages, whole) {
  const tasks = (stages ?? []).flatMap((stage, number) => stage.tasks.map((task) => ({ ...task, stage: label(stage), colour: hue(number) })));
  if (tasks.length === 0) {
    return empty("No tasks to show.");
  }
  const end = Math.max(whole, ...tasks.map((task) => task.afterMillis + task.ranMillis + task.sentMillis)) || 1;
  const workers = [...new Set(tasks.map((task) => task.worker))].sort();
  return h("div", {},
    workers.map((worker) => {
      const mine = tasks.filter((task) => task.worker === worker).sort((a, b) => a.afterMillis - b.afterMillis);
      return h("div", { class: "lane" }, h("h3", {}, `${worker}, ${count(mine.length)} tasks`), h("div", { class: "rows" }, rowsOf(mine).map((row) => h("div", { class: "row" }, row.flatMap((task) => drawn(task, end))))));
    }),
    h("div", { class: "scale" }, h("span", {}, "0"), h("span", {}, "pale: sending and storing what the task made"), h("span", {}, millis(end))));
}

function rowsOf(tasks) {
  const rows = [];
  for (const task of tasks) {
    const free = rows.find((row) => row.at(-1).afterMillis + row.at(-1).ranMillis <= task.afterMillis);
    free ? free.push(task) : rows.push([task]);
  }
  return rows;
}

function drawn(task, end) {
  const at = (value) => `${(100 * Math.max(0, value)) / end}%`;
  const text = `Stage ${task.stage}, partition ${task.partition}, attempt ${task.attempt}: began after ${millis(task.afterMillis)}, queued ${millis(task.queuedMillis)}, `
    + `ran ${millis(task.ranMillis)}, sent for ${millis(task.sentMillis)}; ${count(task.recordsIn)} records in, ${count(task.recordsOut)} out`;
  return [
    h("span", { class: "task sent", title: text, style: `left:${at(task.afterMillis)};width:${at(task.ranMillis + task.sentMillis)};background:${task.colour}`, "aria-hidden": "true" }),
    h("span", { class: "task", title: text, role: "img", "aria-label": text, style: `left:${at(task.afterMillis)};width:${at(task.ranMillis)};background:${task.colour}` }),
  ];
}
