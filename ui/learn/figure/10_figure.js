// One figure: what is chosen (step, unit, mark), what was edited, and the panels that show it.

const ICONS = {
  first: "M2 2h2v12H2zM9 2v12L4 8zM14 2v12L9 8z", back: "M13 2v12L5 8zM3 2h2v12H3z", play: "M4 2v12l9-6z", pause: "M3 2h4v12H3zM9 2h4v12H9z", next: "M3 2v12l8-6zM11 2h2v12h-2z",
};
const icon = (name) => draw("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: "icon" }, draw("path", { d: ICONS[name], fill: "currentColor" }));

const DEBOUNCE_MS = 120, PLAY_MS = 900, BUSY_MS = 700;

class Figure {
  constructor(component) {
    this.root = make("div", { class: "figure", tabindex: 0, role: "group" });
    this.bar = make("div", { class: "bar-of-controls" });
    this.problem = make("div", { class: "problem", role: "alert" });
    this.busy = make("span", { class: "where", role: "status" }); // says that what is seen is not yet what was asked for
    this.said = make("div", { class: "hidden", "aria-live": "polite" });
    this.body = make("div");
    this.root.append(this.bar, this.problem, this.body, this.said);
    component.parentElement.querySelector(".place").append(this.root);
    this.panels = [];
    this.state = { step: 0, unit: 0, mark: "", edits: {}, statement: null };
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  // ---- what Python sent

  update(component) {
    this.component = component;
    const scene = component.data;
    clearTimeout(this.slow);
    this.busy.textContent = "";
    const before = this.scene;
    this.scene = scene;
    this.root.setAttribute("aria-label", scene.alt);
    if (!before || before.set !== scene.set) this.take({ edits: {}, ...scene.start }, false);
    else if (before.id !== scene.id) { // other words: to the place that they are about
      const isElsewhere = scene.is_about_a_step && !sameJson(before.labels, scene.labels);
      this.take({ edits: {}, statement: this.state.statement, step: isElsewhere ? scene.start.step : this.wanted ?? this.state.step }, false);
    }
    this.state.step = clamp(this.wanted ?? this.state.step, 0, Math.max(0, scene.steps - 1));
    this.wanted = undefined;
    this.state.unit = clamp(this.state.unit, 0, Math.max(0, scene.units - 1));
    if (this.state.mark && !scene.values[this.state.mark]) this.state.mark = scene.start.mark ?? "";
    if (!before || before.id !== scene.id || !sameJson(this.kinds(before), this.kinds(scene))) this.build();
    else this.flat(scene).forEach((spec, place) => {
      this.panels[place].update(spec);
      if (this.notes[place]) this.notes[place].textContent = spec.note ?? "";
    });
    this.refuse(scene.problems.join(" "));
    this.draw();
    this.root.dataset.scenes = Number(this.root.dataset.scenes ?? 0) + 1; // so that one can wait for the next
  }

  flat(scene) { return scene.rows.flat(); }
  kinds(scene) { return scene.rows.map((row) => row.map((panel) => [panel.kind, panel.title ?? ""])); }

  build() {
    clearInterval(this.timer); // not stop(), which would draw the panels of the scene before
    this.timer = null;
    this.buildBar();
    this.body.replaceChildren();
    this.panels = [];
    this.notes = [];
    this.titles = []; // "{unit}" in one is the chosen unit
    for (const row of this.scene.rows) {
      const place = make("div", { class: "row" });
      for (const spec of row) {
        const panel = PANELS[spec.kind](this, spec);
        const box = make("section", { class: "panel" + (spec.plain ? " plain" : ""), "aria-label": spec.title,
          style: { flex: `${spec.grow ?? 1} 1 ${spec.least ?? 280}px` } });
        box.style.setProperty("--least", `${spec.least ?? 280}px`);
        if (spec.title) { const title = make("h4"); this.titles.push([title, spec.title]); box.append(title); }
        const note = spec.note === undefined ? null : make("p", { text: spec.note }); // an empty one may get words later
        if (note) box.append(note);
        this.notes.push(note);
        box.append(panel.root);
        place.append(box);
        this.panels.push(panel);
      }
      this.body.append(place);
    }
  }

  buildBar() {
    const { steps, step_name: name } = this.scene;
    const button = (sign, label, act) => make("button", { type: "button", "aria-label": ICONS[sign] ? label : null, title: label, on: { click: act } }, ICONS[sign] ? icon(sign) : sign);
    this.bar.replaceChildren();
    this.range = this.where = this.playButton = null;
    if (steps > 1) {
      this.playButton = button("play", "Play", () => this.toggle());
      this.range = make("input", { type: "range", min: 0, max: steps - 1, "aria-label": `Which ${name}`,
        on: { input: (event) => this.take({ step: Number(event.target.value) }) } });
      this.where = make("span", { class: "where" });
      this.bar.append(
        button("first", `First ${name}`, () => this.take({ step: 0 })),
        button("back", `${name[0].toUpperCase()}${name.slice(1)} before`, () => this.move(-1)), this.playButton, button("next", `Next ${name}`, () => this.move(1)),
        this.range, this.where);
    }
    this.undo = button("Undo my changes", "Take back every number that you changed", () => this.edit({}, true));
    const link = button("Copy link", "Copy a link that opens this page as it is now", () => this.copyLink());
    this.linkPlace = make("div", { class: "link", style: { display: "none" } });
    this.bar.append(this.busy, this.undo, ...(this.scene.linked ? [link] : []), this.linkPlace);
  }

  // ---- what the visitor does

  take(state, andDraw = true) {
    const edited = state.edits !== undefined && !sameJson(state.edits, this.state.edits);
    Object.assign(this.state, state.statement === undefined ? { statement: null } : {}, state);
    this.wanted = edited ? state.step : undefined; // the scene to come may have more steps than this one
    this.state.step = clamp(this.state.step, 0, Math.max(0, this.scene.steps - 1));
    if (state.step !== undefined && state.unit === undefined) this.state.unit = this.scene.unit_at[this.state.step] ?? this.state.unit;
    if (!andDraw) return;
    if (edited) this.send();
    this.draw();
  }

  move(by) {
    const next = this.state.step + by;
    if (next < 0 || next >= this.scene.steps) { this.stop(); return; }
    this.take({ step: next });
  }

  toggle() {
    if (this.timer) { this.stop(); return; }
    if (this.state.step >= this.scene.steps - 1) this.take({ step: 0 });
    const pace = this.scene.play_ms ?? PLAY_MS;
    this.timer = setInterval(() => (this.root.isConnected ? this.move(1) : this.stop()), pace);
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.playButton) this.draw();
  }

  key(event) {
    const typing = event.target.matches?.("input, textarea, select") && !(event.key === " " && event.target.type === "range");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowRight: () => this.move(1), ArrowLeft: () => this.move(-1), Home: () => this.take({ step: 0 }),
      End: () => this.take({ step: this.scene.steps - 1 }),
      ArrowDown: () => this.take({ unit: Math.min(this.state.unit + 1, this.scene.units - 1) }),
      ArrowUp: () => this.take({ unit: Math.max(this.state.unit - 1, 0) }),
      " ": event.target.matches?.("button") ? null : () => this.toggle(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // `edits` is a flat map of what the visitor changed: it goes to Python a moment after the last change.
  edit(edits, whole = false) {
    this.linkPlace.style.display = "none"; // it led to what was there before
    this.state.edits = whole ? edits : { ...this.state.edits, ...edits };
    this.state.statement = null;
    this.send();
    this.draw();
  }

  send() {
    clearTimeout(this.sending);
    clearTimeout(this.slow);
    const sent = { id: this.scene.id, set: this.scene.set, edits: this.state.edits };
    if (!sameJson(sent.edits, this.scene.edited)) this.slow = setTimeout(() => { this.busy.textContent = "Computing…"; }, BUSY_MS);
    this.sending = setTimeout(() => this.component.setStateValue("edits", sent), DEBOUNCE_MS);
  }

  go(statement) {
    this.component.setTriggerValue("go", statement);
  }

  refuse(text) { this.problem.textContent = text; }

  async copyLink() {
    const address = new URL(window.location.href);
    const { step, unit, mark, edits } = this.state;
    const values = { step: step + 1, unit: unit + 1, mark, edits: Object.entries(edits).map((pair) => pair.join(":")).join(",") };
    for (const [name, value] of Object.entries(values)) {
      if (value === "" || (value === 1 && name !== "edits")) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    const box = make("input", { type: "text", readonly: true, "aria-label": "Link to this page as it is now", value: address.href });
    const told = make("span", { class: "where", text: "Copy it from here." });
    this.linkPlace.replaceChildren(box, told);
    this.linkPlace.style.display = "flex";
    box.select();
    try { await navigator.clipboard.writeText(address.href); told.textContent = "Copied."; } catch { /* the box stays */ }
  }

  // ---- what panels ask

  value(name, unit = this.state.unit, step = this.state.step) {
    const rows = this.scene.values[name];
    if (!rows) return null;
    const row = step < 0 ? rows.before : rows.at[rows.at.length === 1 ? 0 : step];
    return row ? (row[row.length === 1 ? 0 : unit] ?? null) : null;
  }

  row(name, step = this.state.step) {
    const rows = this.scene.values[name];
    return (step < 0 ? rows?.before : rows?.at[rows.at.length === 1 ? 0 : step]) ?? [];
  }

  // Marks a value for all panels when its element is pointed at, clicked or chosen with the keyboard.
  marks(element, name, more = {}) {
    element.dataset.mark = name;
    element.addEventListener("click", () => this.take({ mark: name, ...more }));
    element.addEventListener("pointerenter", () => this.hover(name, element));
    element.addEventListener("pointerleave", () => this.hover(""));
    return element;
  }

  hover(name, element = null) { [this.hovered, this.pointedAt] = [name, element]; this.showMarks(); }

  showMarks() {
    if (!this.pointedAt?.isConnected) this.hovered = ""; // it was drawn anew, and nothing told that it went
    const mark = this.hovered || this.state.mark;
    for (const element of this.root.querySelectorAll("[data-mark]")) element.classList.toggle("on", element.dataset.mark === mark);
  }

  // ---- what is seen

  draw() {
    const { step, unit, mark, edits } = this.state, scene = this.scene;
    if (this.range) {
      this.range.max = scene.steps - 1;
      this.range.value = step;
      this.where.textContent = this.place();
      this.playButton.replaceChildren(icon(this.timer ? "pause" : "play"));
      this.playButton.title = this.timer ? "Pause" : "Play";
      this.playButton.setAttribute("aria-label", this.timer ? "Pause" : "Play");
    }
    this.undo.style.display = Object.keys(edits).length ? "" : "none";
    for (const [place, text] of this.titles) {
      const filled = text.replace("{unit}", scene.unit_names[unit] ?? `unit ${unit + 1}`);
      place.textContent = text.startsWith("{unit}") ? filled[0].toUpperCase() + filled.slice(1) : filled;
    }
    for (const panel of this.panels) panel.draw();
    this.showMarks();
    if (this.timer) return;
    const value = scene.values[mark];
    const told = value ? ` ${value.label}${scene.units > 1 ? `, ${scene.unit_names[unit] ?? `unit ${unit + 1}`}` : ""}: ${format(this.value(mark))}.` : "";
    const text = (scene.steps > 1 ? `${this.place()}.` : "") + told;
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  place() {
    const { steps, step_name: name, labels } = this.scene, step = this.state.step;
    const read = labels[step] ? `: ${labels[step]}` : "";
    return `${name[0].toUpperCase()}${name.slice(1)} ${step + 1} of ${steps}${read}`;
  }
}
