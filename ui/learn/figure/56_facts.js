// Few numbers that say it all, large, each with its name and a word on it.
// panel: { items: [{ label, text, note, color }], says: a paragraph below }

PANELS.facts = (figure, first) => {
  const row = make("div", { style: { display: "flex", flexWrap: "wrap", gap: "10px 18px" } }), says = make("p", { style: { margin: "10px 0 0", fontSize: "0.88rem", color: "var(--ink)" } });
  const root = make("div", { "aria-live": "polite" }, row, says);
  let panel = first, shown = null;
  return {
    root,
    update(next) { panel = next; },
    draw() {
      if (shown === panel) return;
      shown = panel;
      row.replaceChildren(...panel.items.map((item) => make("div", {},
        make("div", { text: item.label, style: { fontSize: "0.8rem", color: "var(--muted)" } }),
        make("div", { class: "number", text: item.text, style: { fontSize: "1.2rem", color: item.color ?? "var(--ink)" } }),
        make("div", { text: item.note ?? "", style: { fontSize: "0.78rem", color: "var(--muted)" } }))));
      says.textContent = panel.says ?? "";
    },
  };
};
