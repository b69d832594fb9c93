// The sequence: what each step reads and the state after it; a step is chosen by a click, numbers of inputs can be typed.
// panel: { values: [names of states shown as small cells], inputs: name of a value that may be typed, low, high,
//          notes: [{ label, at: [words of each step] }], lines of words under what is read,
//          wrap: whether it breaks into lines, without the notes' names, instead of being scrolled }

PANELS.sequence = (figure, first) => {
  const row = make("div", { class: first.wrap ? "steps wrap" : "steps" }), root = make("div", { class: "scroll" }, row);
  let panel = first, steps = [];

  const build = () => {
    const { labels, steps: count, values } = figure.scene;
    steps = Array.from({ length: count }, (_, step) => {
      const box = make("div", { class: "step", role: "button", tabindex: -1, "aria-label": [`${figure.scene.step_name} ${step + 1}: ${labels[step] ?? ""}`, ...notes().filter((note) => note.at[step]).map((note) => `${note.label}: ${note.at[step]}`)].join(", "),
        on: { click: () => figure.take({ step }) } });
      if (labels[step]) box.append(make("span", { class: "token", text: labels[step] }));
      box.append(...notes().map((note) => make("span", { class: "note", text: note.at[step], title: `${note.label}: ${note.at[step]}` })));
      const cells = (panel.values ?? []).map((name) => {
        const line = make("div", { class: "cells", title: values[name].label });
        const found = values[name].at[step].map((_, unit) => make("span", { class: "cell", on: { click: () => figure.take({ unit, mark: name }) } }));
        line.append(...found);
        box.append(line);
        return { name, found };
      });
      const boxes = panel.inputs ? values[panel.inputs].at[step].map((value, unit) => numberBox({
        value, figure, low: panel.low, high: panel.high, label: `${values[panel.inputs].label}${values[panel.inputs].at[step].length > 1 ? ` ${unit + 1}` : ""}, step ${step + 1}`,
        commit: (number) => figure.edit({ [`${panel.inputs}.${step}.${unit}`]: number }) })) : [];
      boxes.forEach(({ box: input }) => { input.style.width = "4.6em"; input.style.display = "block"; input.style.margin = "4px auto 0"; box.append(input); });
      return { box, cells, boxes };
    });
    const names = make("div", { class: "names", "aria-hidden": "true" }, make("span", { class: "token", text: "reads" }), ...notes().map((note) => make("span", { class: "note", text: note.label })));
    row.replaceChildren(...(notes().length && !panel.wrap ? [names] : []), ...steps.map((step) => step.box));
  };
  const notes = () => panel.notes ?? [];
  const told = () => JSON.stringify([figure.scene.labels, figure.scene.steps, notes()]);

  build();
  let signature = told(), seen = null, at = null; // the scene and step that are shown
  return {
    root,
    update(next) {
      panel = next;
      const now = told();
      if (now !== signature) { signature = now; build(); }
      seen = at = null;
      steps.forEach(({ boxes }, step) => boxes.forEach(({ show }, unit) => show(figure.value(panel.inputs, unit, step))));
    },
    draw() {
      const isNew = seen !== figure.scene, most = isNew ? Object.fromEntries((panel.values ?? []).map((name) => [name, largest(figure.scene.values[name].at)])) : {};
      seen = figure.scene;
      steps.forEach(({ box, cells }, step) => {
        const chosen = step === figure.state.step;
        box.classList.toggle("chosen", chosen);
        box.setAttribute("aria-pressed", String(chosen));
        if (chosen && at !== step) {
          at = step;
          const left = box.offsetLeft - row.offsetLeft;
          if (left < root.scrollLeft || left + box.offsetWidth > root.scrollLeft + root.clientWidth) root.scrollLeft = left - root.clientWidth / 2 + box.offsetWidth / 2;
        }
        for (const { name, found } of cells) found.forEach((cell, unit) => {
          if (isNew) {
            const value = figure.value(name, unit, step);
            cell.style.background = signed(value, most[name]);
            cell.title = `${figure.scene.values[name].label} ${unit + 1}: ${format(value)}`;
          }
          cell.classList.toggle("chosen", chosen && unit === figure.state.unit && figure.scene.units > 1);
        });
      });
    },
  };
};
