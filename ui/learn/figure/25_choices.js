// Steps of which each has a choice in words, with what came of it: a click on the choice takes the next one.
// panel: { steps: [{ edit, options: [words], chosen, color, says, right, note }], count: { name, value, low, high, less, more } }
// `edit` is a name of `edits` that gets the place of the option; without it the word only stands there. `right` true or
// false adds a word for it; `count` adds buttons that change how many steps there are.

PANELS.choices = (figure, first) => {
  const row = make("div", { class: "steps" }), counts = make("div", { class: "counts" });
  const root = make("div", { class: "choices" }, make("div", { class: "scroll" }, row), counts);
  let panel = first, steps = [], seen = -1;

  const chosenOf = (step) => (step.edit ? figure.state.edits[step.edit] : undefined) ?? step.chosen;
  const build = () => {
    const name = figure.scene.step_name;
    steps = panel.steps.map((one, step) => {
      const box = make("div", { class: "step", role: "group", on: { click: () => figure.take({ step }) } });
      const head = make("span", { class: "head", text: `${name[0].toUpperCase()}${name.slice(1)} ${step + 1}` });
      const choice = one.edit ? make("button", { type: "button", class: "choice", on: { click: (event) => {
        event.stopPropagation();
        const now = panel.steps[step];
        figure.take({ step });
        figure.edit({ [now.edit]: (chosenOf(now) + 1) % now.options.length });
      } } }) : make("span", { class: "choice" });
      const says = make("strong"), right = make("span", { class: "right" }), note = make("span", { class: "note" });
      box.append(head, choice, says, right, note);
      return { box, choice, says, right, note };
    });
    row.replaceChildren(...steps.map((step) => step.box));
    counts.replaceChildren();
    if (!panel.count) return;
    const change = (by) => {
      const { name: edit, low, high } = panel.count, now = figure.state.edits[edit] ?? panel.count.value;
      figure.edit({ [edit]: clamp(now + by, low, high) });
    };
    counts.append(make("button", { type: "button", text: panel.count.less, on: { click: () => change(-1) } }),
      make("button", { type: "button", text: panel.count.more, on: { click: () => change(1) } }));
  };
  const shape = (one) => JSON.stringify([one.steps.map((step) => [step.edit, step.options]), one.count?.name]);
  build();
  return {
    root,
    update(next) { const changed = shape(next) !== shape(panel); panel = next; if (changed) build(); },
    draw() {
      steps.forEach(({ box, choice, says, right, note }, step) => {
        const one = panel.steps[step], place = chosenOf(one), word = one.options[place] ?? "";
        box.classList.toggle("chosen", step === figure.state.step);
        if (choice.textContent !== word) choice.textContent = word;
        choice.style.borderBottomColor = one.colors?.[place] ?? "";
        if (one.edit) choice.setAttribute("aria-label", `${figure.scene.step_name} ${step + 1}: ${word}. Change it.`);
        if (says.textContent !== one.says) says.textContent = one.says;
        right.textContent = one.right === true ? "right" : one.right === false ? "wrong" : "";
        right.className = `right ${one.right === false ? "is-wrong" : ""}`;
        note.textContent = one.note ?? "";
        note.style.display = one.note ? "" : "none";
      });
      const chosen = steps[figure.state.step]?.box, scroll = row.parentElement;
      if (chosen && seen !== figure.state.step) {
        seen = figure.state.step;
        const left = chosen.offsetLeft - row.offsetLeft;
        if (left < scroll.scrollLeft || left + chosen.offsetWidth > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = left - scroll.clientWidth / 2 + chosen.offsetWidth / 2;
      }
      if (panel.count) [...counts.children].forEach((button, place) => { button.disabled = (place ? panel.count.high : panel.count.low) === (figure.state.edits[panel.count.name] ?? panel.count.value); });
    },
  };
};
