// Cases that Python found, each a button that brings the figure there; without any, a sentence.
// panel: { items: [{ text, step, edits: what it changes, other changes stay }], none: what is said where there are no items, more: a line below }

PANELS.cases = (figure, first) => {
  const root = make("div", { class: "cases" });
  let panel = first;
  const build = () => {
    const list = panel.items.length ? make("ul", {}, ...panel.items.map((item) => make("li", {}, make("button", { type: "button", text: item.text, on: { click: () => { figure.take({ step: item.step, edits: { ...figure.state.edits, ...item.edits } }); figure.root.scrollIntoView({ block: "start" }); } } })))) : make("p", { text: panel.none });
    root.replaceChildren(list, ...(panel.more ? [make("p", { text: panel.more })] : []));
  };
  build();
  return { root, update(next) { const changed = !sameJson(next, panel); panel = next; if (changed) build(); }, draw() {} };
};
