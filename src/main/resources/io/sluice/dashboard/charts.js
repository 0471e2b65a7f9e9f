// Charts of the page: lines over time by uPlot, and how values are spread as bars.
import uPlot from "/uPlot.js";

const HEIGHT = 170;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const two = (part) => String(part).padStart(2, "0");

/** How axes look; hours of a day as everywhere on the page. */
function style() {
  return { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
}

function clock(seconds) {
  const time = new Date(seconds * 1000);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The axis of time, of which only as many marks are written as there is room for. */
function times() {
  return {
    ...style(),
    // Marks within a second would have the same text.
    values: (_, seconds) => seconds.map((at, i) => (i > 0 && Math.floor(at) === Math.floor(seconds[i - 1]) ? "" : clock(at))),
    space: 70,
  };
}

/**
 * A line over time that follows its element's width.
 * @param {HTMLElement} element
 * @param {{label: string, limit?: number}} options limit: a value that is drawn as a dashed line
 */
export function timeline(element, { label, limit }) {
  const series = [{}, { label, stroke: colour("--accent"), width: 1.5, points: { show: false } }];
  if (limit !== undefined) {
    series.push({ label: "interval", stroke: colour("--warn"), width: 1, dash: [6, 4], points: { show: false } });
  }
  const chart = new uPlot(
    {
      width: element.clientWidth || 400,
      height: HEIGHT,
      series,
      axes: [times(), { ...style(), size: 64 }],
      legend: { show: false },
      cursor: { y: false },
      scales: { y: { range: (_, least, most) => [0, Math.max(most, limit ?? 0) * 1.1 || 1] } },
    },
    [[], [], ...(limit === undefined ? [] : [[]])],
    element,
  );
  const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
  observer.observe(element);
  return {
    /** @param {{x: number, y: number | null}[]} points x in seconds */
    set(points) {
      const data = [points.map((point) => point.x), points.map((point) => point.y)];
      if (limit !== undefined) {
        data.push(points.map(() => limit));
      }
      chart.setData(data);
    },
    close() {
      observer.disconnect();
      chart.destroy();
    },
  };
}

const HUES = [200, 30, 140, 340, 265, 60, 175, 0, 95, 300];

/** A line over time for each label that rows have. */
export function lines(element) {
  let chart = null;
  let known = "";
  const observer = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height: HEIGHT }));
  observer.observe(element);

  function begin(labels) {
    chart?.destroy();
    const series = labels.map((label, i) => ({ label: label || "value", stroke: `hsl(${HUES[i % HUES.length]} 65% 50%)`, width: 1.5, points: { show: false }, spanGaps: false }));
    chart = new uPlot({ width: element.clientWidth || 400, height: HEIGHT, series: [{}, ...series], axes: [times(), { ...style(), size: 64 }], cursor: { y: false }, legend: { show: labels.length > 1 } }, [[], ...labels.map(() => [])], element);
  }
  return {
    /** @param {{timeMillis: number, rows: [string, number][]}[]} points */
    set(points) {
      const labels = [...new Set(points.flatMap((point) => point.rows.map(([label]) => label)))].slice(0, 100);
      if (labels.join("\u0000") !== known || chart === null) {
        known = labels.join("\u0000");
        begin(labels);
      }
      const byLabel = labels.map((label) => points.map((point) => point.rows.find((row) => row[0] === label)?.[1] ?? null));
      chart.setData([points.map((point) => point.timeMillis / 1000), ...byLabel]);
    },
    close() {
      observer.disconnect();
      chart?.destroy();
    },
  };
}

/** Bars for how many values lie in each of some equal ranges. */
export function spread(element, values, format) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    element.replaceChildren();
    return;
  }
  const most = Math.max(...known) || 1;
  const counts = new Array(30).fill(0);
  for (const value of known) {
    counts[Math.min(counts.length - 1, Math.floor((value / most) * counts.length))]++;
  }
  const tallest = Math.max(...counts);
  const bars = document.createElement("div");
  bars.className = "spread";
  bars.append(
    ...counts.map((count) => {
      const bar = document.createElement("i");
      bar.style.height = `${(100 * count) / tallest}%`;
      return bar;
    }),
  );
  const scale = document.createElement("div");
  scale.className = "scale";
  scale.append(span("0"), span(`half below ${format(quantile(known, 0.5))}, 99 % below ${format(quantile(known, 0.99))}`), span(format(most)));
  element.replaceChildren(bars, scale);
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function span(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made;
}
