// Tables that readers sort, filter and choose columns of; without scripts they are plain tables.
document.addEventListener("DOMContentLoaded", async () => {
  copyButtons();
  const tables = [...document.querySelectorAll("table.board")];
  if (!tables.length || !window.dataTablesModule) return;

  // a page that is opened from the disk may load no module by its address, but may make one
  const address = URL.createObjectURL(new Blob([window.dataTablesModule], { type: "text/javascript" }));
  const { default: DataTable } = await import(address);
  URL.revokeObjectURL(address);
  const shown = tables.map((table) => ({ table, api: make(DataTable, table) }));
  chooseColumns(shown);
  filterRows(shown);
  document.documentElement.dataset.ready = "true";
});

function make(DataTable, table) {
  const heads = [...table.tHead.rows[0].cells];
  return new DataTable(table, {
    paging: false,
    info: false,
    order: [],
    orderMulti: true,
    autoWidth: false,
    layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
    columnDefs: heads.map((head, index) => ({ targets: index, visible: !("hidden" in head.dataset), name: head.dataset.label })),
  });
}

function chooseColumns(shown) {
  const box = document.getElementById("columns");
  if (!box) return;
  const labels = new Map(); // whether a column is shown at first, in the order of the tables
  for (const { api } of shown) {
    api.columns().every(function () {
      if (!labels.has(this.name())) labels.set(this.name(), this.visible());
    });
  }
  for (const [label, visible] of labels) {
    const choice = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "checkbox", checked: visible, defaultChecked: visible });
    input.addEventListener("change", () => {
      for (const { api } of shown) api.columns().every(function () { if (this.name() === label) this.visible(input.checked); });
    });
    choice.append(input, ` ${label}`);
    box.append(choice);
  }
  document.getElementById("filters")?.addEventListener("reset", () => setTimeout(() => {
    for (const input of box.querySelectorAll("input")) input.dispatchEvent(new Event("change"));
  }));
}

function filterRows(shown) {
  const form = document.getElementById("filters");
  if (!form) return;
  const [dataset, family, labels, search] = ["dataset", "family", "labels", "search"].map((id) => document.getElementById(id));
  const exactly = (text) => (text ? (cell) => cell.trim() === text : "");
  const apply = () => {
    let rows = 0;
    for (const { table, api } of shown) {
      api.column("family:name").search(exactly(family.value));
      api.column("labels:name").search(exactly(labels.value));
      api.search(search.value).draw();
      const section = table.closest(".on-board");
      const left = api.rows({ search: "applied" }).count();
      section.hidden = (dataset.value && section.dataset.dataset !== dataset.value) || !left;
      if (!section.hidden) rows += left;
    }
    document.getElementById("count").textContent = `${rows} ${rows === 1 ? "row" : "rows"}`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    for (const { api } of shown) api.order([]);
    apply();
  }));
  apply();
}

function copyButtons() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", async () => {
      const code = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch { // a page from the disk may not be allowed to: mark the text, to be copied by hand
        getSelection().selectAllChildren(code);
      }
    });
  }
}
