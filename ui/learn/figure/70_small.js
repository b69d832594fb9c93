// Small panels: statements that set the figure's state, sliders, a table, a paragraph.

// panel: { items: [{ text, state, widgets }] }
PANELS.statements = (figure, first) => {
  const root = make("ol", { class: "statements" });
  let panel = first, buttons = [];
  const build = () => {
    buttons = panel.items.map((item, place) => make("button", { type: "button", text: item.text, on: { click: () => {
      if (item.widgets) figure.go(place);
      else figure.take({ edits: {}, ...item.state, statement: place });
    } } }));
    root.replaceChildren(...buttons.map((button) => make("li", {}, button)));
  };
  build();
  return {
    root,
    update(next) { const changed = !sameJson(next, panel); panel = next; if (changed) build(); },
    draw() { buttons.forEach((button, place) => { const chosen = figure.state.statement === place; button.classList.toggle("chosen", chosen); button.setAttribute("aria-pressed", String(chosen)); }); },
  };
};

// panel: { sliders: [{ name, label, low, high, step, value, help, options: [words] }] }; value is what Python used.
PANELS.sliders = (figure, first) => {
  const root = make("div", { class: "sliders" });
  let panel = first, shown = [];
  const build = () => {
    shown = panel.sliders.map((slider, place) => {
      const id = `slider-${slider.name}-${Math.random().toString(36).slice(2)}`, text = make("span", { class: "number" });
      const input = make("input", { type: "range", id, min: slider.low, max: slider.high, step: slider.step, title: slider.help,
        on: { input: () => { text.textContent = words(panel.sliders[place], Number(input.value)); figure.edit({ [slider.name]: Number(input.value) }); } } });
      root.append(make("div", { class: "slider" }, make("label", { for: id, title: slider.help }, make("span", { text: slider.label }), text), input));
      return { input, text };
    });
  };
  const words = (slider, value) => slider.options?.[value - slider.low] ?? format(value) + (slider.unit ? ` ${slider.unit}` : "");
  const shape = (one) => JSON.stringify(one.sliders.map(({ value, ...rest }) => rest));
  build();
  return {
    root,
    update(next) { const changed = shape(next) !== shape(panel); panel = next; if (changed) { root.replaceChildren(); build(); } },
    draw() {
      shown.forEach(({ input, text }, place) => {
        const slider = panel.sliders[place], value = figure.state.edits[slider.name] ?? slider.value;
        if (input.getRootNode().activeElement !== input || Number(input.value) !== value) input.value = value;
        input.setAttribute("aria-valuetext", words(slider, value));
        text.textContent = words(slider, value);
      });
    },
  };
};

// panel: { columns: [words], rows: [[words, numbers or { v: value, step, unit }]], chosen_by: "step" or "unit" }
PANELS.table = (figure, first) => {
  const root = make("div", { class: "scroll" });
  let panel = first, lines = [], built = "";
  const textOf = (cell) => (typeof cell === "object" && cell !== null ? format(figure.value(cell.v, cell.unit ?? figure.state.unit, cell.step ?? figure.state.step)) : typeof cell === "number" ? format(cell) : cell ?? "–");
  const build = () => {
    lines = panel.rows.map((row, place) => make("tr", panel.chosen_by ? { on: { click: () => figure.take({ [panel.chosen_by]: place }) } } : {},
      ...row.map((cell, column) => {
        const made = make(column ? "td" : "th", { text: textOf(cell), scope: column ? null : "row" });
        if (cell?.v) figure.marks(made, cell.v);
        return made;
      })));
    root.replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...panel.columns.map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...lines)));
  };
  return {
    root,
    update(next) { panel = next; },
    draw() {
      const now = JSON.stringify([panel.columns, panel.chosen_by, panel.rows.map((row) => row.map((cell) => [textOf(cell), cell?.v]))]);
      if (now !== built) { build(); built = now; }
      if (panel.chosen_by) lines.forEach((line, place) => line.classList.toggle("chosen", place === figure.state[panel.chosen_by]));
    },
  };
};

// panel: { text }
PANELS.text = (figure, first) => {
  const root = make("p", { text: first.text });
  return { root, update(next) { root.textContent = next.text; }, draw() {} };
};
