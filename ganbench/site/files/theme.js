// Light or dark: the reader's word, else the system's. It runs before the page is painted.
(() => {
  const page = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("ganbench-theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("ganbench-theme", theme); } catch { /* no storage, no memory */ } };

  const show = () => {
    const dark = (kept() ?? (system.matches ? "dark" : "light")) === "dark";
    page.dataset.theme = dark ? "dark" : "light";
    page.classList.toggle("dark", dark); // what DataTables' own style looks at
    document.getElementById("theme")?.setAttribute("aria-pressed", String(dark));
    document.dispatchEvent(new CustomEvent("theme"));
  };
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.addEventListener("click", () => {
      keep(page.dataset.theme === "dark" ? "light" : "dark");
      show();
    });
    show();
  });
})();
