// A network of one unit, folded and unfolded in time; a frame for every step of the figure (a phase of training) says what is
// lit and known. Also the equations of a phase, the gradient as a sum over steps, and the button that goes on.
// panel (folded, unfolded): { x: [T], y: [T, null without an error], cuts: [places after which no gradient goes back], slides,
//   frames: [{ kind, step, lit: [parts], window: [first, stop] or null, h: [T + 1], loss: [T], d: [T] }] }
// Parts: x h l (nodes), i (input to h), f (state to the next h), e (h to loss), g and b (gradient from the loss, from the next h).

const UNFOLDED = { left: 64, column: 116, half: 39, height: 268, loss: 30, top: 100, tall: 72, x: 238 };
const NUMBERS = "₀₁₂₃₄₅₆₇₈₉";
const subscript = (number) => String(number).replace(/\d/g, (digit) => NUMBERS[digit]);

// A drawing whose parts have names; `light` shows which are lit.
function parts() {
  const found = {};
  const add = (name, element) => { (found[name] ??= []).push(element); return element; };
  const light = (lit) => { for (const [name, elements] of Object.entries(found)) for (const element of elements) element.classList.toggle("lit", lit.has(name)); };
  return { add, light };
}

function heads(svg, colors) {
  const ids = {};
  for (const color of colors) {
    ids[color] = `head-${Math.random().toString(36).slice(2)}`;
    svg.append(draw("marker", { id: ids[color], viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" },
      draw("path", { d: "M0 0L8 4L0 8z", fill: `var(${color})` })));
  }
  return ids;
}

// One copy of the cell with its input, its loss and the edges between them. Returns functions that put numbers in.
function copyOfCell(figure, svg, { add }, ids, cx, name, hasLoss, fixed) {
  const { half, loss, top, tall, x } = UNFOLDED, bottom = top + tall;
  const edge = (part, points, color, kind) => add(part, draw("path", { class: `edge ${kind}`, d: `M${points}`, stroke: `var(${color})`, "marker-end": `url(#${ids[color]})` }));
  const word = (at, y, text, more = {}) => draw("text", { x: at, y, "text-anchor": "middle", text, ...more });
  svg.append(figure.marks(draw("g", {}, edge(`i${name}`, `${cx} ${x - 16}L${cx} ${bottom + 2}`, "--weight-u", ""), add(`i${name}`, word(cx + 10, (bottom + x) / 2 - 2, "u", { class: "weight u" }))), "u"));
  const nodeX = figure.marks(draw("g", {}, word(cx, x + 18, `x${fixed ? subscript(name) : ""}`, { class: "soft" })), "x"), numberX = add(`x${name}`, word(cx, x, "", { class: "number" }));
  nodeX.append(numberX);
  const box = add(`h${name}`, draw("rect", { class: "cell-box", x: cx - half, y: top, width: 2 * half, height: tall, rx: 8 }));
  const title = word(cx, top + 17, "", { class: "soft" }), numberH = word(cx, top + 37, "", { class: "number" }), numberD = word(cx, top + 59, "", { class: "number gradient" });
  svg.append(nodeX, draw("g", {}, box, figure.marks(draw("g", {}, title, numberH), "h"), figure.marks(draw("g", {}, numberD), "d")));
  let numberL = null;
  const lossPlace = draw("g", {});
  svg.append(lossPlace);
  if (hasLoss) {
    const frame = add(`l${name}`, draw("rect", { class: "cell-box", x: cx - half, y: loss, width: 2 * half, height: 40, rx: 20 }));
    numberL = word(cx, loss + 33, "", { class: "number" });
    lossPlace.append(edge(`e${name}`, `${cx - 9} ${top - 2}L${cx - 9} ${loss + 42}`, "--muted", ""), edge(`g${name}`, `${cx + 9} ${loss + 42}L${cx + 9} ${top - 2}`, "--gradient", "gradient"),
      figure.marks(draw("g", {}, frame, word(cx, loss + 16, "loss", { class: "soft" }), numberL), "loss"));
  }
  const target = word(cx, loss - 8, "", { class: "soft" });
  lossPlace.append(target);
  return {
    lossPlace,
    show(frame, panel, step) {
      title.textContent = `h${subscript(step + 1)}`;
      numberX.textContent = format(panel.x[step]);
      numberH.textContent = frame.h[step + 1] === null ? "·" : format(frame.h[step + 1]);
      numberD.textContent = frame.d[step] === null ? "" : `∂ ${format(frame.d[step])}`;
      if (numberL) numberL.textContent = frame.loss[step] === null ? "" : format(frame.loss[step]);
      target.textContent = panel.y[step] === null ? "" : `y${subscript(step + 1)} = ${format(panel.y[step])}`;
    },
  };
}

PANELS.unfolded = (figure, first) => {
  const root = make("div", { class: "scroll unfolding", role: "group", "aria-label": first.title });
  let panel = first, copies = [], lights = null, shades = [], frameBox = null, startText = null, cutting = [];
  const { left, column, half, height, top } = UNFOLDED, center = (step) => left + half + 12 + step * column;

  const build = () => {
    const count = panel.x.length, width = center(count - 1) + half + 18;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, style: { width: "100%", minWidth: `${0.72 * width}px`, maxWidth: `${width}px` }, role: "img", "aria-label": panel.title });
    const defs = draw("defs", {}), ids = heads(defs, ["--weight-u", "--weight-w", "--muted", "--gradient"]);
    lights = parts();
    frameBox = draw("rect", { class: "window", y: 4, height: height - 8, rx: 10 });
    startText = draw("text", { class: "number", x: 24, y: top + 37, "text-anchor": "middle" });
    svg.append(defs, frameBox, figure.marks(draw("g", {}, draw("text", { class: "soft", x: 24, y: top + 17, "text-anchor": "middle", text: "h₀" }), startText), "h"));
    copies = panel.x.map((_, step) => {
      const group = draw("g", {}), cx = center(step), from = step ? center(step - 1) + half : 44;
      const forward = lights.add(`f${step + 1}`, draw("path", { class: "edge", d: `M${from + 2} ${top + 26}L${cx - half - 2} ${top + 26}`, stroke: "var(--weight-w)", "marker-end": `url(#${ids["--weight-w"]})` }));
      const label = lights.add(`f${step + 1}`, draw("text", { class: "weight w", x: (from + cx - half) / 2, y: top + 18, "text-anchor": "middle", text: "w" }));
      group.append(figure.marks(draw("g", {}, forward, label), "w"));
      if (step) group.append(lights.add(`b${step}`, draw("path", { class: "edge gradient", d: `M${cx - half - 2} ${top + 54}L${from + 2} ${top + 54}`, stroke: "var(--gradient)", "marker-end": `url(#${ids["--gradient"]})` })));
      const copy = copyOfCell(figure, group, lights, ids, cx, step + 1, panel.y[step] !== null, true);
      svg.append(group);
      return { ...copy, group };
    });
    cutting = panel.x.map((_, step) => {
      const x = center(step) - half - (column - 2 * half) / 2, y = top + 54;
      const cut = draw("g", { class: "cut" }, draw("path", { d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x - 6} ${y + 6}L${x + 6} ${y - 6}` }), draw("text", { x, y: y + 22, "text-anchor": "middle", text: "cut" }));
      svg.append(cut);
      return cut;
    });
    root.replaceChildren(svg);
  };

  const shape = (one) => JSON.stringify([one.x.length, one.y.map((y) => y === null), one.cuts, one.slides]);
  build();
  return {
    root,
    update(next) { const changed = shape(next) !== shape(panel); panel = next; if (changed) build(); },
    draw() {
      const frame = panel.frames[figure.state.step], [begin, stop] = frame.window ?? [0, panel.x.length];
      lights.light(new Set(frame.lit));
      startText.textContent = format(frame.h[0]);
      copies.forEach(({ show, group, lossPlace }, step) => {
        show(frame, panel, step);
        group.classList.toggle("outside", step < begin || step >= stop);
        lossPlace.classList.toggle("silent", Boolean(panel.slides && frame.kind !== "update" && step !== stop - 1));
      });
      const isWindow = frame.window && frame.kind !== "update";
      frameBox.style.display = isWindow ? "" : "none";
      frameBox.setAttribute("x", center(begin) - half - 9);
      frameBox.setAttribute("width", (stop - begin - 1) * column + 2 * half + 18);
      cutting.forEach((cut, step) => { cut.style.display = step && (panel.cuts.includes(step) || (panel.slides && isWindow && step === begin)) ? "" : "none"; });
      const at = center(frame.step);
      if (at - half < root.scrollLeft || at + half > root.scrollLeft + root.clientWidth) root.scrollLeft = at - root.clientWidth / 2;
    },
  };
};

PANELS.folded = (figure, first) => {
  const { half, height, top, tall } = UNFOLDED, cx = 92, width = 188;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": first.title }), defs = draw("defs", {}), ids = heads(defs, ["--weight-u", "--weight-w", "--muted", "--gradient"]);
  const root = make("div", { class: "unfolding" }, svg), lights = parts(), y = top + tall / 2;
  let panel = first;
  const loop = (out, back, color, kind, part) => lights.add(part, draw("path", { class: `edge ${kind}`, fill: "none", stroke: `var(${color})`, "marker-end": `url(#${ids[color]})`,
    d: kind ? `M${cx - half - 2} ${back}L${cx - half - 16} ${back}L${cx - half - 16} ${top + tall + 16}L${cx + half + 16} ${top + tall + 16}L${cx + half + 16} ${out}L${cx + half + 3} ${out}`
      : `M${cx + half + 2} ${out}L${cx + half + 30} ${out}L${cx + half + 30} ${top - 16}L${cx - half - 30} ${top - 16}L${cx - half - 30} ${back}L${cx - half - 3} ${back}` }));
  svg.append(defs, figure.marks(draw("g", {}, loop(y - 10, y - 10, "--weight-w", "", "f1"), lights.add("f1", draw("text", { class: "weight w", x: cx + half + 40, y: y + 4, "text-anchor": "middle", text: "w" }))), "w"), loop(y + 18, y + 18, "--gradient", "gradient", "b1"));
  const copy = copyOfCell(figure, svg, lights, ids, cx, 1, true, false);
  return {
    root,
    update(next) { panel = next; },
    draw() {
      const frame = panel.frames[figure.state.step];
      const lit = frame.lit.filter((part) => frame.kind === "update" || part.slice(1) === String(frame.step + 1)).map((part) => part[0] + "1");
      lights.light(new Set(lit));
      copy.show(frame, panel, frame.step);
      copy.lossPlace.style.visibility = panel.y[frame.step] === null ? "hidden" : "";
    },
  };
};

// Text and numbers in turn.
const withNumbers = (tokens) => tokens.map((token) => (typeof token === "string" ? token : format(token))).join("");

// panel: { phases: [{ lines: [{ formula, put_in: [text or number], mark }], says }] }
PANELS.phase = (figure, first) => {
  const root = make("div");
  let panel = first;
  return {
    root,
    update(next) { panel = next; },
    draw() {
      const phase = panel.phases[figure.state.step];
      root.replaceChildren(...phase.lines.map((line) => {
        const result = line.put_in.at(-1), box = make("button", { type: "button", class: "equation" }, make("div", { class: "formula", text: line.formula }),
          make("div", { class: "put-in" }, make("span", { text: withNumbers(line.put_in.slice(0, -1)) }), make("span", { class: "number result", text: format(result) })));
        box.classList.toggle("chosen", figure.state.mark === line.mark);
        return figure.marks(box, line.mark);
      }), make("p", { text: phase.says }));
    },
  };
};

// panel: { weights: [{ label, mark, at: [phase: [T or null]], sums: [phase], full: [T], whole, missing, gone: words }], cut, about: words }
PANELS.sums = (figure, first) => {
  const root = make("div", { class: "sums" });
  let panel = first;
  const bar = (value, full, most) => {
    const across = (number) => 50 + (typeof number === "number" && most ? (48 * number) / most : 0);
    const rect = (number, more) => draw("rect", { x: Math.min(50, across(number)), width: Math.max(0.7, Math.abs(across(number) - 50)), ...more });
    return draw("svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", class: "term", "aria-hidden": "true" }, draw("line", { class: "axis", x1: 50, x2: 50, y1: 0, y2: 14 }),
      value === null ? null : rect(value, { y: 3, height: 8, fill: signed(value, 1e-9) }), full === null ? null : rect(full, { y: 2, height: 10, class: "whole" }));
  };
  const table = (weight) => {
    const now = weight.at[figure.state.step], sum = weight.sums[figure.state.step], count = now.length, most = largest([weight.full, ...weight.at, weight.sums, [weight.whole]]);
    const line = (name, value, full, kind) => make("tr", { class: kind }, make("th", { text: name, scope: "row" }), make("td", { class: "bar" }, bar(value, panel.cut ? full : null, most)),
      make("td", { text: value === null ? "" : format(value) }), panel.cut ? make("td", { class: "soft", text: format(full) }) : null);
    const head = make("tr", {}, ...[weight.label, "", panel.cut ? "window" : "", panel.cut ? "whole" : null].filter((text) => text !== null).map((text) => make("th", { text, scope: "col" })));
    const lines = Array.from({ length: count }, (_, back) => count - 1 - back).map((step) => line(`from step ${step + 1}`, now[step], weight.full[step], now[step] === null ? "open" : ""));
    const missing = panel.cut ? make("p", { text: `Missing at the end: ${format(weight.missing)} of ${format(weight.whole)}.${weight.gone}` }) : null;
    return figure.marks(make("div", { class: "sum" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines, line("sum so far", sum, weight.whole, "total"))), missing), weight.mark);
  };
  return { root, update(next) { panel = next; }, draw() { root.replaceChildren(...panel.weights.map(table), make("p", { text: panel.about })); } };
};

// panel: { before, after, edits: { name: number } or null, blocked, label }
PANELS.take = (figure, first) => {
  const said = make("p"), button = make("button", { type: "button", on: { click: () => { figure.edit(panel.edits); } } }), root = make("div", {}, said, button);
  let panel = first;
  return {
    root,
    update(next) { panel = next; },
    draw() {
      said.textContent = panel.edits ? `Loss now ${format(panel.before)}, after the step ${format(panel.after)}.` : panel.blocked;
      button.textContent = panel.label;
      button.disabled = !panel.edits;
    },
  };
};
