// Elements from data. Text is always inserted as text, so nothing in the data becomes markup.

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function show(value) {
  if (value === null || value === undefined) return "–";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

// A table of objects; `cells` may make an element of a value by the name of its column.
export function table(caption, columns, rows, cells = {}) {
  const numbers = (name) => rows.length && rows.every((row) => typeof row[name] === "number");
  const kinds = columns.map((name) => ({ className: numbers(name) ? "number" : "" }));
  const head = columns.map((name, i) =>
    element("th", { scope: "col", ...kinds[i] }, name.replaceAll("_", " ")),
  );
  const cell = (row, name, i) =>
    element("td", kinds[i], cells[name] ? cells[name](row) : show(row[name]));
  const body = rows.map((row) =>
    element("tr", {}, ...columns.map((name, i) => cell(row, name, i))),
  );
  const none = element("tr", {}, element("td", { colSpan: columns.length }, "nothing yet"));
  const made = element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...(body.length ? body : [none])),
  );
  // a wide table scrolls by itself, with the keyboard too
  const box = element("div", { className: "scroll", tabIndex: 0 }, made);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", caption);
  return box;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const WIDTH = 320;
const HEIGHT = 120;
const LEFT = 36; // room for the scale

function line(values, top, className) {
  const step = (WIDTH - LEFT) / Math.max(values.length - 1, 1);
  const points = values.map((value, i) => {
    const y = HEIGHT - (HEIGHT - 8) * (value / top);
    return `${(LEFT + i * step).toFixed(1)},${y.toFixed(1)}`;
  });
  if (points.length === 1) points.push(`${WIDTH},${points[0].split(",")[1]}`);
  return svg("polyline", { points: points.join(" "), class: className });
}

// Actual against goal over time, as in a factory's chart_data.
export function chart({ sprocket_production_actual: actual, sprocket_production_goal: goal, time }) {
  if (!time.length) return element("p", {}, "no production yet");
  const top = Math.max(1, ...actual, ...goal);
  const moments = [time[0], time.at(-1)].map((second) => new Date(second * 1000).toISOString());
  const days = moments.map((moment) => moment.slice(0, 10));
  // of one day the times, in UTC
  const [from, to] = days[0] === days[1] ? moments.map((moment) => moment.slice(11, 19)) : days;
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT + 18}`, role: "img" },
    svg("title", {}, `Actual against goal in ${time.length} points from ${days.join(" to ")}, at most ${top}`),
    svg("path", { class: "axis", d: `M${LEFT} 0V${HEIGHT}H${WIDTH}` }),
    svg("text", { x: LEFT - 4, y: 12, "text-anchor": "end" }, String(top)),
    svg("text", { x: LEFT - 4, y: HEIGHT, "text-anchor": "end" }, "0"),
    svg("text", { x: LEFT, y: HEIGHT + 14 }, from),
    svg("text", { x: WIDTH, y: HEIGHT + 14, "text-anchor": "end" }, to),
    line(goal, top, "goal"),
    line(actual, top, "actual"),
  );
}
