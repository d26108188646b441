// Curves and trade-offs, drawn by plotly from the data in the page, in the page's own colours.
// Okabe and Ito's colours, which colour-blind people can tell apart, with dashes and marks for more than seven.
const COLOURS = { light: ["#0072b2", "#b84e00", "#00755a", "#a8467f", "#8a5a00", "#1f7fb8", "#444444"],
                  dark: ["#56b4e9", "#e69f00", "#2fc79a", "#e79ac4", "#f0e442", "#8ecbff", "#cccccc"] };
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
const MARKS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x"];

const themed = () => document.documentElement.dataset.theme ?? "light";
const colour = (index) => COLOURS[themed()][index % 7];
const mark = (index) => MARKS[(index + Math.floor(index / 7)) % 7]; // no two pairs alike below 49 models
const see = (hex) => `${hex}26`; // the same colour, mostly transparent
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const short = (text) => (text.length > 34 ? `${text.slice(0, 33)}…` : text);

function layout(x, y, more = {}) {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const line = style.getPropertyValue("--line").trim();
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, family: "system-ui, sans-serif", size: 13 },
    margin: { l: 60, r: 12, t: 12, b: 48 }, hovermode: "closest", showlegend: true,
    legend: { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom", font: { size: 12 } },
    xaxis: { title: { text: x }, ...axis, ...(more.x ?? {}) }, yaxis: { title: { text: y, standoff: 8 }, ...axis, ...(more.y ?? {}) },
  };
}

function draw(where, traces, shape) {
  // room for the legend below, whose lines are as many as the names need
  const letters = traces.filter((trace) => trace.showlegend !== false).reduce((sum, trace) => sum + (trace.name?.length ?? 0) + 7, 0);
  const lines = Math.ceil((letters * 8) / Math.max(200, where.clientWidth - 80));
  shape.height = 400 + 22 * lines;
  shape.margin.b = 60 + 22 * lines;
  return Plotly.react(where, traces, shape, { responsive: true, displaylogo: false, displayModeBar: false });
}

// a logarithmic axis: a tick a decade, and at 2 and 5 where decades are few
function decades(values) {
  const there = values.filter((value) => value > 0);
  if (!there.length) return { type: "log" };
  const [low, high] = [Math.min(...there), Math.max(...there)];
  const steps = high > 300 * low ? [1] : [1, 2, 5];
  const tickvals = [];
  for (let decade = Math.floor(Math.log10(low)) - 1; decade <= Math.log10(high) + 1; decade++) {
    for (const step of steps) tickvals.push(Number((step * 10 ** decade).toPrecision(1)));
  }
  const say = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  return { type: "log", tickvals, ticktext: tickvals.map((value) => (value < 1 ? String(value) : say.format(value))) };
}

const title = ({ label, note, better }) => {
  const name = note ? label.replace(note, "").trim() : label;
  return `${plain(name)}<br><sub>${plain(note ? `${note.slice(1, -1)}; ` : "")}${plain(better)} is better</sub>`;
};

// one model's score over training: its mean, and a band from its lowest seed to its highest; a level if scored once
function trajectoryTraces(model, index, { score, clock, ends }) {
  const trajectory = model.trajectories[score] ?? [];
  if (!trajectory.length) return [];
  const at = trajectory.map((row) => row[clock]);
  const name = plain(short(model.name));
  const hover = `${plain(model.name)}<br>%{x:,.4~s}: %{y:.4~g}<extra></extra>`;
  const line = { color: colour(index), width: 2, dash: DASHES[Math.floor(index / 7) % 5] };
  if (trajectory.length === 1) {
    const x = ends ?? at;
    return [{ x, y: x.map(() => trajectory[0][2]), mode: ends ? "lines" : "markers", name, hovertemplate: hover,
              line: { ...line, dash: "dash", width: 1.5 }, marker: { color: colour(index), size: 11, symbol: mark(index) } }];
  }
  const band = { x: [...at, ...at.toReversed()], y: [...trajectory.map((row) => row[4]), ...trajectory.map((row) => row[3]).toReversed()],
                 mode: "lines", fill: "toself", fillcolor: see(colour(index)), line: { width: 0 }, hoverinfo: "skip", showlegend: false, legendgroup: model.name };
  return [band, { x: at, y: trajectory.map((row) => row[2]), mode: "lines+markers", name, hovertemplate: hover, legendgroup: model.name, line,
                  marker: { symbol: mark(index), size: 7 } }];
}

function drawProgress(where, data, { score, clock, log }) {
  const at = data.models.flatMap((model) => (model.trajectories[score]?.length > 1 ? model.trajectories[score].map((row) => row[clock]) : []));
  const ends = at.length ? [Math.min(...at), Math.max(...at)] : null;
  const traces = data.models.flatMap((model) => trajectoryTraces(model, model.look, { score, clock, ends }));
  const x = ["images", "seconds of training"][clock];
  draw(where, traces, layout(x, title(data.scores[score]), { x: decades(at), y: { type: log ? "log" : "linear" } }));
}

// a number whose smallest is best, whichever way a score points
function merit(value, better) {
  if (better.startsWith("closer to ")) return Math.abs(value - Number(better.slice(10)));
  return better === "higher" ? -value : value;
}

function frontier(points, better) {
  const sorted = points.toSorted((a, b) => a.x - b.x || merit(a.y, better) - merit(b.y, better));
  let best = Infinity;
  return sorted.filter((point) => merit(point.y, better) < best && ((best = merit(point.y, better)), true));
}

function drawTradeoff(where, data, { score, cost }) {
  const { better } = data.scores[score];
  const points = data.models.map((model) => ({ x: model[cost], y: model.finals[score]?.mean, final: model.finals[score], name: model.name,
                                               index: model.look, family: model.family }))
    .filter((point) => point.x != null && point.y != null && point.x > 0);
  const traces = points.map(({ x, y, final, name, index }) => ({
    x: [x], y: [y], mode: "markers", name: plain(short(name)), marker: { color: colour(index), size: 12, symbol: mark(index) },
    error_y: final.low == null ? undefined : { type: "data", symmetric: false, array: [final.high - y], arrayminus: [y - final.low], color: colour(index) },
    hovertemplate: `${plain(name)}<br>%{x:,.4~s}, %{y:.4~g}<extra></extra>`,
  }));
  const front = frontier(points.filter((point) => point.family !== "reference"), better);
  if (front.length > 1) traces.unshift({ x: front.map((p) => p.x), y: front.map((p) => p.y), mode: "lines", name: "bettered by none", hoverinfo: "skip",
                   line: { shape: "hv", color: getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim(), dash: "dot" } });
  const names = { seconds: "seconds of training", images: "images", parameters: "parameters" };
  draw(where, traces, layout(names[cost], title(data.scores[score]), { x: decades(points.map((point) => point.x)) }));
}

function drawCurves(where, panel) {
  const traces = Object.entries(panel.series).map(([name, values], index) => ({
    x: panel.updates, y: values, mode: "lines", name: plain(name), line: { color: colour(index), dash: DASHES[index % 5], width: 2 },
    hovertemplate: `${plain(name)}<br>update %{x:,.0f}: %{y:.4~g}<extra></extra>`,
  }));
  draw(where, traces, layout("update", "", {}));
}

function fillReach(box, data, { score, level }) {
  const { better } = data.scores[score];
  const cell = (text, kind = "td") => Object.assign(document.createElement(kind), { textContent: text, className: kind === "td" ? "number" : "" });
  const rows = data.models.map((model) => {
    const found = level === "" ? undefined : (model.trajectories[score] ?? []).find((row) => merit(row[2], better) <= merit(Number(level), better));
    return { name: model.name, images: found?.[0] ?? Infinity, seconds: found?.[1] ?? Infinity };
  }).sort((a, b) => a.images - b.images);
  const never = level === "" ? "–" : "never";
  const say = (value, digits) => (Number.isFinite(value) ? value.toLocaleString("en", digits) : never);
  box.querySelector("tbody").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    const head = cell(row.name, "th");
    head.scope = "row";
    line.append(head, cell(say(row.images, {})), cell(say(row.seconds, { maximumSignificantDigits: 3 })));
    return line;
  }));
}

// three digits of a score, no better than it is
function rounded(value, better) {
  const near = Number(value.toPrecision(3));
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 2);
  return [near, near + step, near - step].map((each) => Number(each.toPrecision(3))).find((each) => merit(each, better) >= merit(value, better)) ?? near;
}

const DRAWERS = { progress: drawProgress, tradeoff: drawTradeoff, curves: drawCurves };

function choices(box) {
  const found = {};
  for (const input of box.querySelectorAll("[data-choice]")) {
    const number = ["score", "clock"].includes(input.dataset.choice);
    found[input.dataset.choice] = input.type === "checkbox" ? input.checked : number ? Number(input.value) : input.value;
  }
  return found;
}

function bind(box, data) {
  const kind = box.dataset.chart;
  if (kind === "reach") {
    // at first the level that half of the models reach
    const level = box.querySelector("[data-choice=level]");
    const middle = () => {
      const { better } = data.scores[choices(box).score];
      const finals = data.models.map((model) => model.finals[choices(box).score]?.mean).filter((value) => value != null)
        .sort((a, b) => merit(a, better) - merit(b, better));
      level.value = finals.length ? rounded(finals[Math.floor(finals.length / 2)], better) : "";
    };
    box.querySelector("[data-choice=score]").addEventListener("change", middle);
    middle();
  }
  const show = () => (kind === "reach" ? fillReach(box, data, choices(box)) : DRAWERS[kind](box.querySelector(".chart"), data, choices(box)));
  box.addEventListener("input", show);
  box.addEventListener("change", show);
  document.addEventListener("theme", show);
  show();
}

// a chart is drawn when it comes into sight: a page of many opens at once
document.addEventListener("DOMContentLoaded", () => {
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      bind(target, JSON.parse(target.querySelector("script").textContent));
    }
  }, { rootMargin: "300px" });
  for (const box of document.querySelectorAll("[data-chart]")) seen.observe(box);
});
