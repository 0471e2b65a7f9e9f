// What pages are made of: elements, tables, and how values are written.
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
export const amounts = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
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
export const state = (value) => h("span", { class: STATES[value] }, value.toLowerCase());

export const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), ...children);
export const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
export const empty = (text) => h("p", { class: "empty" }, text);

export function table(caption, heads, rows) {
  const head = heads.map(([name, kind]) => h("th", { scope: "col", class: kind }, name));
  const body = rows.map((row) => h("tr", {}, row.map((cell, i) => h("td", { class: heads[i][1] }, cell))));
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}
export const bytes = (value) =>
  !value ? "–"
    : value >= 1e9 ? `${(value / 1e9).toFixed(2)} GB`
    : value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB`
    : value >= 1000 ? `${(value / 1000).toFixed(1)} kB`
    : `${count(value)} B`;
