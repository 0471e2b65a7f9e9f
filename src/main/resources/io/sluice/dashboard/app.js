// Begins the page: keeps what the server tells, shows the page that the address names, and asks for the token if one is needed.
import { batch } from "/batch.js";
import { cluster } from "/cluster.js";
import { h } from "/dom.js";
import { plan } from "/plan.js";
import { batches, charts, overview } from "/views.js";

const KEPT = 600;
const POINTS = 300;
const RETRY_MILLIS = 2000;
const main = document.getElementById("main");
const health = document.getElementById("health");
const banner = document.getElementById("banner");
const HEALTH = { "keeping up": "good", "falling behind": "warn", "recovering": "warn", "held up": "warn", "paused": "warn", "failed": "bad" };

/** What is known of the context. */
const model = {
  status: null,
  byTime: new Map(),
  charts: new Map(),
  take(batch) {
    this.byTime.set(batch.timeMillis, batch);
  },
  takeChart(chart) {
    const known = this.charts.get(chart.title);
    if (known && chart.kind === "LINE") {
      const latest = known.points.at(-1)?.timeMillis ?? 0;
      const news = chart.points.filter((point) => point.timeMillis > latest);
      known.points = [...known.points, ...news].slice(-POINTS);
    } else {
      this.charts.set(chart.title, chart);
    }
  },
  trim() {
    const surplus = this.byTime.size - KEPT;
    this.all().slice(0, Math.max(0, surplus)).forEach((batch) => this.byTime.delete(batch.timeMillis));
  },
  all() {
    return [...this.byTime.values()].sort((a, b) => a.timeMillis - b.timeMillis);
  },
  async act(path) {
    try {
      const answer = await fetch(`/api/v1/${path}`, { method: "POST", headers: { "X-Sluice-Action": "page" } });
      return await answer.json();
    } catch {
      return { error: "The context did not answer." };
    }
  },
  /** The program, which never changes. */
  async plan() {
    if (!this.known?.steps) {
      this.known = await this.get("plan");
    }
    return this.known;
  },
  ended() {
    return this.all().filter((batch) => batch.state === "COMPLETED");
  },
  async get(path) {
    const answer = await fetch(`/api/v1/${path}`);
    if (answer.status === 401) {
      login();
    }
    return answer.json();
  },
};

let view = {};
let source = null;

function show() {
  if (model.status === null) {
    return;
  }
  const [, name = "overview", argument] = location.hash.split("/");
  view.close?.();
  main.replaceChildren();
  const pages = { overview, batches, batch, charts, plan, cluster };
  const chosen = pages[name] ? name : "overview";
  view = pages[chosen](main, model, argument);
  view.update?.();
  for (const link of document.querySelectorAll("nav a")) {
    const current = link.getAttribute("href") === `#/${chosen === "batch" ? "batches" : chosen}`;
    current ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
}

function showStatus() {
  const { status } = model;
  document.getElementById("name").textContent = status.name;
  document.title = `${status.name} – ${status.health}`;
  health.textContent = status.health;
  health.title = status.healthReason;
  health.className = `pill ${HEALTH[status.health] ?? ""}`;
}

function login() {
  source?.close();
  const token = h("input", { type: "password", id: "token", autocomplete: "current-password", required: "" });
  const wrong = h("p", { class: "bad", role: "alert" });
  const form = h("form", {}, h("h2", {}, "This page needs a token"), h("label", { for: "token" }, "Token (sluice.dashboard.token)"), token, h("button", {}, "Show the page"), wrong);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch("/login", { method: "POST", body: new URLSearchParams({ token: token.value }) });
    if (answer.ok) {
      begin();
    } else {
      wrong.textContent = (await answer.json()).error;
    }
  });
  main.replaceChildren(form);
  banner.hidden = true;
  health.textContent = "token needed";
  token.focus();
}

function listen() {
  source?.close();
  source = new EventSource("/api/v1/updates");
  source.addEventListener("update", (event) => {
    const update = JSON.parse(event.data);
    model.status = update.status;
    update.batches.forEach((one) => model.take(one));
    update.charts.forEach((one) => model.takeChart(one));
    model.trim();
    showStatus();
    view.update?.();
    if (update.cluster) {
      view.updateCluster?.();
    }
  });
  // What happened while there was no connection is in no update.
  source.addEventListener("open", async () => {
    banner.hidden = true;
    await load();
    view.update?.();
    view.updateCluster?.();
  });
  source.addEventListener("error", () => {
    lost();
    // The browser tries again by itself, unless it got an answer that is no stream: of a proxy, or of a page with another token.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(begin, RETRY_MILLIS);
    }
  });
}

function lost() {
  banner.textContent = "No connection to the context: it has ended, or its driver has moved to another node. Trying again.";
  banner.hidden = false;
}

/** Asks for all that is known; false if nothing is told. */
async function load() {
  const status = await model.get("status");
  if (status.error) {
    return false;
  }
  if (status.name !== model.status?.name) {
    model.byTime.clear();
  }
  model.status = status;
  model.known = null;
  (await model.get(`batches?limit=${KEPT}`)).forEach((one) => model.take(one));
  model.charts.clear();
  (await model.get("charts")).forEach((one) => model.takeChart(one));
  showStatus();
  return true;
}

async function begin() {
  try {
    if (await load()) {
      show();
      listen();
    }
  } catch {
    lost();
    setTimeout(begin, RETRY_MILLIS);
  }
}

// A page that the browser keeps for its back button would hold one of the few connections that it has for a server.
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    begin();
  }
});

window.addEventListener("hashchange", () => {
  show();
  main.focus();
});
begin();
