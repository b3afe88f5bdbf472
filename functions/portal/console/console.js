// The sections of the console: each loads what it shows and handles its forms.

import { Problem, call, token } from "./api.js";
import { chart, element, table } from "./dom.js";
import { signIn, signedIn } from "./signin.js";

const find = (selector, from = document) => from.querySelector(selector);

// Runs an action of a section; a failure is shown at its top.
async function attempt(section, action) {
  const alert = find(".problem", section);
  alert.hidden = true;
  section.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    const faults = (error.errors ?? []).map((fault) =>
      element("li", {}, `${fault.loc.join(".")}: ${fault.msg}`),
    );
    alert.replaceChildren(error.message, element("ul", {}, ...faults));
    alert.hidden = false;
    if (!(error instanceof Problem)) throw error;
  } finally {
    section.removeAttribute("aria-busy");
  }
}

function onSubmit(section, action) {
  const form = find("form", section);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(section, () => action(new FormData(form), form, event.submitter));
  });
}

// A list that grows page by page into `target`.
async function pages(section, target, path, draw) {
  const rows = [];
  async function more(cursor) {
    const page = await call("GET", path, { query: { limit: 20, cursor } });
    rows.push(...(page.items ?? page.user_reports));
    target.replaceChildren(draw(rows, page));
    if (!page.next) return;
    const button = element("button", { type: "button", className: "quiet" }, "More");
    button.addEventListener("click", () => attempt(section, () => more(page.next)));
    target.append(button);
  }
  await more();
}

async function health() {
  const box = find("#health");
  const state = find("[role=status]", box);
  try {
    const { status, checks } = await call("GET", "health", { also: [503] });
    state.textContent = status === "ok" ? "All stores answer" : "A store does not answer";
    state.className = status;
    const lines = Object.entries(checks).map(([name, check]) =>
      element("li", { className: check }, `${name.replaceAll("_", " ")}: ${check}`),
    );
    find("ul", box).replaceChildren(...lines);
  } catch (error) {
    state.textContent = error.message;
    state.className = "unavailable";
  }
}

function tables() {
  const section = find("#tables");
  const select = find("select", section);

  async function load() {
    const answer = await call("GET", "tables");
    const open = ({ name }) => {
      const button = element("button", { type: "button", className: "link" }, name);
      button.addEventListener("click", () => attempt(section, () => sample(name)));
      return button;
    };
    const rows = answer.tables.map((each) => ({
      ...each,
      columns: each.columns.map((column) => column.name + (column.required ? "*" : "")),
    }));
    find("[data-list]", section).replaceChildren(
      table("Data sets (* required)", ["name", "rows", "columns"], rows, { name: open }),
    );
    const chosen = select.value;
    select.replaceChildren(...rows.map(({ name }) => element("option", {}, name)));
    if (chosen) select.value = chosen;
  }

  async function sample(name) {
    const answer = await call("GET", `tables/${encodeURIComponent(name)}`, { query: { limit: 10 } });
    const columns = answer.columns.map((column) => column.name);
    find("[data-sample]", section).replaceChildren(
      table(`Some rows of ${name}`, columns, answer.sample),
    );
  }

  function report(answer) {
    const counts = ["read", "written", "duplicates", "rejected"];
    const summary = element("dl", { className: "counts" });
    for (const name of counts) {
      const title = answer.dry_run && name === "written" ? "would be written" : name;
      summary.append(element("div", {}, element("dt", {}, title), element("dd", {}, answer[name])));
    }
    const parts = [summary];
    if (answer.errors.length) {
      const more = answer.rejected > answer.errors.length ? ", the first of them" : "";
      const columns = ["line", "column", "value", "reason"];
      parts.push(table(`Rejected lines${more}`, columns, answer.errors));
    }
    find("[data-result]", section).replaceChildren(...parts);
  }

  onSubmit(section, async (data) => {
    const name = data.get("table");
    const query = { rows: data.get("rows") };
    for (const option of ["strict", "dedupe", "dry_run"]) query[option] = data.has(option) && "true";
    const request = { body: data.get("file"), type: "text/csv", query };
    report(await call("POST", `tables/${encodeURIComponent(name)}`, request));
    await load();
    await sample(name);
  });
  attempt(section, load);
}

function ingestions() {
  const section = find("#ingestions");
  const list = find("[data-list]", section);
  const again = { failed: "retry" };
  for (const status of ["awaiting_upload", "planning", "running"]) again[status] = "cancel";
  const columns = ["table", "status", "done", "read", "written", "duplicates", "rejected", "started_at", "error"];
  let timer;

  async function change({ id, status }) {
    const path = `ingestions/${encodeURIComponent(id)}`;
    if (again[status] === "retry") await call("POST", `${path}/retry`);
    else await call("DELETE", path);
    await load();
  }

  function status(job) {
    const parts = [element("span", {}, job.status.replaceAll("_", " "), " ")];
    if (job.options.dry_run) parts.push("(dry run, nothing is written) ");
    if (again[job.status]) {
      const button = element("button", { type: "button", className: "link" }, again[job.status]);
      button.addEventListener("click", () => attempt(section, () => change(job)));
      parts.push(button);
    }
    return element("span", {}, ...parts);
  }

  async function load() {
    clearTimeout(timer);
    await pages(section, list, "ingestions", (jobs) => {
      const rows = jobs.map((job) => ({ ...job, ...job.rows, done: `${Math.floor(job.progress * 100)} %` }));
      return table("Jobs, the newest first", columns, rows, { status });
    });
    // as long as one is at work
    if (/planning|running/.test(list.textContent)) timer = setTimeout(() => attempt(section, load), 2000);
  }

  onSubmit(section, async () => {
    const { ingestions: started } = await call("POST", "ingestions", { json: { source: "landing" } });
    find("[data-result]", section).textContent = `${started.length} started.`;
    await load();
  });
  attempt(section, load);
}

function reports() {
  const section = find("#reports");

  async function hires(year) {
    const [quarters, above, mean] = await Promise.all(
      ["hires-by-quarter", "departments-above-mean", "mean-hires"].map((name) =>
        call("GET", `reports/${name}`, { query: { year } }),
      ),
    );
    const columns = ["department", "job", "Q1", "Q2", "Q3", "Q4"];
    find("[data-hires]", section).replaceChildren(
      table(`Hires by quarter, ${quarters.year}`, columns, quarters.results),
      element(
        "div",
        {},
        table(`Departments above the mean, ${above.year}`, ["id", "department", "hired"], above.results),
        table(`Mean hires, ${mean.year}`, ["mean_hires"], mean.results),
      ),
    );
  }

  onSubmit(section, (data) => hires(data.get("year")));
  attempt(section, async () => {
    await hires(find("[name=year]", section).value);
    const columns = ["user_id", "name", "count", "fav_compound"];
    await pages(section, find("[data-experiments]", section), "reports/experiments", (rows, page) =>
      table(`Experiments per user, ${page.average_experiment_count} on average`, columns, rows),
    );
  });
}

function sprockets() {
  const section = find("#sprockets");
  const columns = ["id", "teeth", "pitch_diameter", "outside_diameter", "pitch"];
  const load = () =>
    pages(section, find("[data-list]", section), "sprockets", (rows) =>
      table("Sprockets", columns, rows),
    );

  onSubmit(section, async (data, form) => {
    const json = Object.fromEntries([...data].map(([name, text]) => [name, Number(text)]));
    const made = await call("POST", "sprockets", { json });
    find("[data-result]", section).textContent = `Sprocket ${made.id} is made.`;
    form.reset();
    await load();
  });
  attempt(section, load);
}

function factories() {
  const section = find("#factories");
  const card = (factory) =>
    element(
      "article",
      {},
      element("h3", {}, factory.name ?? `Factory ${factory.id}`),
      chart(factory.chart_data),
    );
  const legend = () =>
    element(
      "p",
      { className: "legend" },
      element("span", { className: "actual" }, "actual"),
      element("span", { className: "goal" }, "goal"),
    );
  attempt(section, () =>
    pages(section, find("[data-list]", section), "factories", (rows) =>
      rows.length
        ? element("div", {}, legend(), element("div", { className: "cards" }, ...rows.map(card)))
        : element("p", {}, "nothing yet"),
    ),
  );
}

function greetings() {
  const section = find("#greetings");
  onSubmit(section, async (data, form, button) => {
    const result = find("[data-result]", section);
    result.textContent = "";
    const path = `hello/${encodeURIComponent(data.get("username"))}`;
    if (button?.value !== "get") {
      await call("PUT", path, { json: { dateOfBirth: data.get("dateOfBirth") } });
      result.textContent = "Saved.";
      return;
    }
    result.textContent = (await call("GET", path)).message;
  });
}

async function credentials() {
  const form = find("#token");
  const input = find("input", form);
  find("[data-sign-in]", form).addEventListener("click", () => attempt(find("footer"), signIn));
  const fresh = await signedIn();
  if (fresh) token(fresh);
  input.value = token();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    token(input.value);
    location.reload();
  });
}

await credentials();
health();
for (const section of [tables, ingestions, reports, sprockets, factories, greetings]) section();
