// Two or more models side by side; the address holds the choice, so that it can be shared.
document.addEventListener("DOMContentLoaded", () => {
  const boards = window.ganbenchBoards;
  const [choose, models] = ["board", "models"].map((id) => document.getElementById(id));
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const board of boards) choose.append(new Option(board.title, board.name));
  if (boards.some((board) => board.name === asked.get("board"))) choose.value = asked.get("board");

  const current = () => boards.find((board) => board.name === choose.value);
  const chosen = () => [...models.querySelectorAll("input:checked")].map((input) => Number(input.value));

  const offer = (wanted) => {
    const board = current();
    models.replaceChildren(...(board?.models ?? []).map((model, index) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "checkbox", value: index, checked: wanted(model, index) });
      label.append(input, ` ${model.name}`);
      return label;
    }));
  };
  const show = () => {
    const board = current();
    if (!board) return;
    const picked = chosen();
    const address = new URLSearchParams({ board: board.name });
    for (const index of picked) address.append("models", board.models[index].name);
    history.replaceState(null, "", `#${address}`);
    showScores(board, picked);
    showCurves(board, picked);
    showSamples(board, picked);
  };

  // at first the two that lead, references aside
  const leads = (model) => current().models.filter((each) => each.family !== "reference").slice(0, 2).includes(model);
  const names = asked.getAll("models");
  offer((model) => names.includes(model.name) || (names.length < 2 && leads(model)));
  choose.addEventListener("change", () => { offer(leads); show(); });
  models.addEventListener("change", show);
  document.addEventListener("theme", show);
  show();
});

const make = (kind, text = "", more = {}) => Object.assign(document.createElement(kind), { textContent: text }, more);
const link = (model) => make("a", model.name, { href: model.page });

function showScores(board, picked) {
  const table = document.getElementById("scores");
  const head = make("tr");
  head.append(make("th", "score", { scope: "col" }));
  for (const index of picked) {
    const cell = make("th", "", { scope: "col", className: "number" });
    cell.append(link(board.models[index]));
    head.append(cell);
  }
  table.tHead.replaceChildren(head);
  const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  table.tBodies[0].replaceChildren(...board.scores.map((score, which) => {
    const row = make("tr");
    row.append(make("th", `${score.label} (${score.better} is better)`, { scope: "row" }));
    const finals = picked.map((index) => board.models[index].finals[which]);
    for (const final of finals) {
      const there = final?.mean != null;
      const cell = make("td", "", { className: "number" });
      const text = there ? number(final.mean) + (final.low == null ? "" : ` (${number(final.low)} … ${number(final.high)})`) + (final.of ? `, ${final.of} seeds` : "") : "–";
      cell.append(there && final.best ? make("strong", text) : text);
      row.append(cell);
    }
    return row;
  }));
}

function showCurves(board, picked) {
  const there = board.scores.map((_, which) => which).filter((which) => picked.some((index) => board.models[index].trajectories[which]?.length > 1));
  const boxes = there.map(() => make("div", "", { className: "chart" }));
  document.getElementById("curves").replaceChildren(...(boxes.length ? boxes : [make("p", picked.length ? "Scored once, so there is no trajectory to show." : "Choose some models above.")]));
  boxes.forEach((box, which) => {
    const some = { ...board, models: picked.map((index) => board.models[index]) };
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${board.scores[there[which]].label} over training`);
    drawProgress(box, some, { score: there[which], clock: 0, log: false });
  });
}

function showSamples(board, picked) {
  const figures = picked.map((index) => board.models[index]).filter((model) => model.samples.length).map((model) => {
    const figure = make("figure");
    const caption = make("figcaption");
    caption.append(link(model), `, ${model.samples[0].about}`);
    figure.append(make("img", "", { src: model.samples[0].picture, alt: `Samples of ${model.name}` }), caption);
    return figure;
  });
  const pictures = make("div", "", { className: "pictures" });
  pictures.append(...figures);
  document.getElementById("samples").replaceChildren(figures.length ? pictures : make("p", "No pictures of samples were found with these runs."));
}
