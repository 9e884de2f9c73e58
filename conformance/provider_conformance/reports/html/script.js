"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // Light and dark: what the reader chose, else what the system says.
  const kept = (value) => {
    try {
      if (value) localStorage.setItem("provider-conformance-theme", value);
      return localStorage.getItem("provider-conformance-theme");
    } catch { return null; }
  };
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  const sayTheme = () => { one("#theme").textContent = isDark() ? "Light" : "Dark"; };
  const turn = () => { root.dataset.theme = isDark() ? "light" : "dark"; kept(root.dataset.theme); sayTheme(); };
  if (kept()) root.dataset.theme = kept();
  sayTheme();
  one("#theme").addEventListener("click", turn);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const code = button.previousElementSibling;
    try { await navigator.clipboard.writeText(code.textContent); } catch { getSelection().selectAllChildren(code); }
    button.textContent = "Copied";
    one("#live").textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1200);
  });

  // The filter: all words have to be there, and none of those after a minus.
  const box = one("#filter");
  const items = all("[data-text]");
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => word.length > 1 && word[0] === "-" ? !text.includes(word.slice(1)) : text.includes(word));
    for (const item of items) item.hidden = !fits(item.dataset.text);
    const count = all(".finding").filter((item) => !item.hidden).length;
    one("#live").textContent = words.length ? `${count} finding${count === 1 ? " matches" : "s match"}` : "";
    one("#none").hidden = !words.length || items.some((item) => !item.hidden);
  };
  box.addEventListener("input", apply);

  const help = one("#help");
  one("#keys").addEventListener("click", () => help.showModal());
  one("#close").addEventListener("click", () => help.close());
  let at = -1;
  const go = (step) => {
    const seen = all(".finding").filter((item) => !item.hidden);
    if (!seen.length) return;
    at = Math.max(0, Math.min(seen.length - 1, at + step));
    all(".finding.here").forEach((item) => item.classList.remove("here"));
    seen[at].classList.add("here");
    seen[at].focus({ preventScroll: true });
    seen[at].scrollIntoView();
  };
  const keys = {
    "/": (event) => { event.preventDefault(); box.focus(); },
    j: () => go(1),
    k: () => go(-1),
    t: turn,
    "?": () => help.showModal(),
    c: () => one(".finding.here [data-copy]")?.click(),
  };
  const walk = (cell, key) => {
    const td = cell.parentElement, row = td.parentElement, column = td.cellIndex;
    const next = {
      ArrowLeft: td.previousElementSibling, ArrowRight: td.nextElementSibling,
      ArrowUp: row.previousElementSibling?.cells[column], ArrowDown: row.nextElementSibling?.cells[column],
    }[key];
    if (next) one(".cell", next)?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === box && event.key === "Escape") { box.value = ""; apply(); box.blur(); }
    if (event.target.matches("input")) return;
    const cell = event.target.closest(".grid .cell");
    if (cell && event.key.startsWith("Arrow")) { event.preventDefault(); walk(cell, event.key); }
    if (!help.open && Object.hasOwn(keys, event.key)) keys[event.key](event);
  });

  // A grid is one stop for the tab key, and says in words what a cell shows.
  for (const grid of all(".grid")) {
    const cells = all(".cell", grid), told = one(".tell", grid.closest("figure"));
    cells.forEach((cell, number) => { cell.tabIndex = number ? -1 : 0; });
    const show = (event) => {
      const cell = event.target.closest(".cell");
      if (!cell) return;
      told.textContent = cell.title;
      if (event.type === "focusin") cells.forEach((other) => { other.tabIndex = other === cell ? 0 : -1; });
    };
    grid.addEventListener("focusin", show);
    grid.addEventListener("mouseover", show);
  }

  // What a box needs, and what needs it.
  for (const graph of all(".graph")) {
    graph.addEventListener("mouseover", (event) => {
      const node = event.target.closest(".node");
      graph.classList.toggle("picked", Boolean(node));
      for (const edge of all(".edge", graph)) {
        edge.classList.toggle("hot", Boolean(node) && [edge.dataset.start, edge.dataset.end].includes(node.dataset.node));
      }
    });
  }

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = target; part; part = part.parentElement) if (part.matches("details")) part.open = true;
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => all("details").forEach((part) => { part.open = true; }));
})();
