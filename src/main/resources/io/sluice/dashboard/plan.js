// The page of the plan: the stages as boxes from the sources to the outputs, with what flows between them.
import { card, clock, count, empty, h } from "/dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** The program as a graph with the rates of the last batch, and its stages in words. */
export function plan(main, model) {
  const graph = h("div", { class: "graph" });
  const time = h("p", { class: "muted" });
  const words = h("pre");
  main.append(
    card("Plan", time, h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Graph of the program" }, graph)),
    card("Stages", h("p", { class: "muted" }, "Each is a chain of steps that a task runs on one partition; data are shuffled between them."), words));
  let arrows = () => {};
  const observer = new ResizeObserver(() => arrows());
  observer.observe(graph);

  async function load() {
    const [known, rates] = await Promise.all([model.plan(), model.get("rates")]);
    if (known.error) {
      graph.replaceChildren(empty(known.error));
      return;
    }
    words.textContent = known.stages;
    time.textContent = rates.batchMillis === null || rates.batchMillis === undefined
      ? "Rates are shown from the first completed batch on."
      : `Records a second that tasks read, in batch ${clock(rates.batchMillis)}.`;
    arrows = draw(graph, boxesOf(known), rates.recordsPerSecond ?? {});
    arrows();
  }
  load();
  return { update: load, close: () => observer.disconnect() };
}

/** A box for each stage and output, with the column it stands in. */
export function boxesOf({ steps, outputs }) {
  const stageOf = new Map(steps.map((step) => [step.id, step.stage]));
  const boxes = new Map();
  for (const step of steps) {
    if (!boxes.has(step.stage)) {
      boxes.set(step.stage, { id: step.stage, steps: [], from: new Set(), column: 0 });
    }
    const box = boxes.get(step.stage);
    box.steps.push(step);
    step.inputs.map((input) => stageOf.get(input)).filter((stage) => stage !== step.stage).forEach((stage) => box.from.add(stage));
  }
  for (const output of outputs) {
    boxes.set(`output ${output.id}`, { id: `output ${output.id}`, output, steps: [], from: new Set([stageOf.get(output.step)]), column: 0 });
  }
  // Every step stands after its inputs, and every box so after those it reads.
  for (const box of boxes.values()) {
    box.column = Math.max(0, ...[...box.from].map((from) => boxes.get(from).column + 1));
  }
  return [...boxes.values()];
}

function draw(graph, boxes, rates) {
  const columns = [];
  const elements = new Map();
  for (const box of boxes) {
    (columns[box.column] ??= []).push(box);
    const rate = box.output ? undefined : rates[box.id];
    elements.set(box.id, h("section", { class: box.output ? "box output" : "box" },
      box.output ? h("strong", {}, `output ${box.output.name}`) : null,
      h("ul", {}, box.steps.map((step) => h("li", { title: step.name }, step.text, step.remembers ? h("span", { class: "pill" }, "remembers") : null))),
      rate === undefined ? null : h("p", { class: "muted number" }, `${count(rate)}/s read`)));
  }
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("aria-hidden", "true");
  graph.replaceChildren(lines, ...columns.map((column) => h("div", { class: "column" }, column.map((box) => elements.get(box.id)))));
  return () => {
    const frame = graph.getBoundingClientRect();
    lines.setAttribute("width", graph.scrollWidth);
    lines.setAttribute("height", graph.scrollHeight);
    lines.replaceChildren(...boxes.flatMap((box) => [...box.from].flatMap((from) =>
      arrow(elements.get(from).getBoundingClientRect(), elements.get(box.id).getBoundingClientRect(), frame, rates[box.id]))));
  };
}

function arrow(from, to, frame, rate) {
  const [x1, y1] = [from.right - frame.left, from.top + from.height / 2 - frame.top];
  const [x2, y2] = [to.left - frame.left, to.top + to.height / 2 - frame.top];
  const path = document.createElementNS(SVG, "path");
  const bend = (x1 + x2) / 2;
  path.setAttribute("d", `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2} m-7,-4 l7,4 l-7,4`);
  if (rate === undefined) {
    return [path];
  }
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", bend);
  text.setAttribute("y", (y1 + y2) / 2 - 6);
  text.textContent = `${count(rate)}/s`;
  return [path, text];
}
