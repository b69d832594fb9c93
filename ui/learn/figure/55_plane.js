// Eigenvalues in the complex plane with the unit circle; where there are several matrices, one is chosen by its mark.
// panel: { extent, empty: words where there is none, gates: [{ mark, label, points: [[real, imaginary, size]], before: the same }] }

const PLANE = { size: 300, edge: 26 };

PANELS.plane = (figure, first) => {
  const choices = make("div", { class: "bar-of-controls", style: { marginBottom: "6px" } }), place = make("div"), legend = make("div", { class: "legend" });
  const root = make("div", {}, choices, place, legend);
  let panel = first, chosen = null, built = null;

  const axes = (at) => {
    const { size, edge } = PLANE, middle = size / 2, found = [];
    for (const [x1, y1, x2, y2] of [[edge, middle, size - edge, middle], [middle, edge, middle, size - edge]]) found.push(draw("line", { class: "axis", x1, y1, x2, y2 }));
    found.push(draw("circle", { cx: middle, cy: middle, r: at(1) - middle, fill: "none", stroke: "var(--muted)", "stroke-width": 1.4, "stroke-dasharray": "4 4" }));
    found.push(draw("text", { class: "soft", x: size - 4, y: middle + 16, "text-anchor": "end", text: "real" }), draw("text", { class: "soft", x: middle + 6, y: edge + 4, text: "imaginary" }));
    found.push(draw("text", { class: "soft", x: at(1) + 4, y: middle - 6, text: "1" }));
    return found;
  };

  const dots = (points, at, before) => points.map(([real, imaginary, size]) => draw("circle", { cx: at(real), cy: at(-imaginary), r: before ? 4 : 4.5,
    fill: before ? "none" : size > 1 ? "var(--red)" : "var(--blue)", stroke: before ? "var(--muted)" : "var(--page)", "stroke-width": before ? 1.4 : 0.8 },
  draw("title", { text: `${format(real)} ${imaginary < 0 ? "−" : "+"} ${format(imaginary).replace("−", "")} i, size ${format(size)}` })));

  const build = (gate) => {
    const scale = (PLANE.size / 2 - PLANE.edge) / panel.extent, at = (value) => PLANE.size / 2 + value * scale;
    const svg = draw("svg", { viewBox: `0 0 ${PLANE.size} ${PLANE.size}`, width: PLANE.size, role: "img", "aria-label": `${panel.title}: ${gate.label}. ${panel.alt ?? ""}`, style: { margin: "0 auto" } });
    svg.append(...axes(at), ...dots(gate.before ?? [], at, true), ...dots(gate.points, at, false));
    place.replaceChildren(svg);
    const keys = [["var(--blue)", "inside or on the circle", gate.points.some((point) => point[2] <= 1)], ["var(--red)", "outside", gate.points.some((point) => point[2] > 1)], ["", "before", gate.before?.length]];
    legend.replaceChildren(...keys.filter((key) => key[2]).map(([color, text]) => make("span", {},
      make("i", { style: { width: "9px", height: "9px", borderRadius: "50%", background: color || "transparent", border: color ? "" : "1.5px solid var(--muted)" } }), make("span", { text }))));
  };

  const buttons = () => choices.replaceChildren(...(panel.gates.length > 1 ? panel.gates.map((gate) =>
    make("button", { type: "button", text: gate.label, "aria-pressed": String(gate.mark === chosen), style: gate.mark === chosen ? { borderColor: "var(--accent)", color: "var(--accent)" } : {},
      on: { click: () => figure.take({ mark: gate.mark }) } })) : []));

  return {
    root,
    update(next) { panel = next; built = null; },
    draw() {
      if (!panel.gates.length) { choices.replaceChildren(); legend.replaceChildren(); place.replaceChildren(make("p", { text: panel.empty })); return; }
      const marked = panel.gates.find((gate) => gate.mark === figure.state.mark) ?? panel.gates.find((gate) => gate.mark === chosen) ?? panel.gates[0];
      if (built === marked.mark) return;
      const focused = choices.contains(figure.root.getRootNode().activeElement);
      chosen = built = marked.mark;
      buttons();
      build(marked);
      if (focused) choices.querySelector('[aria-pressed="true"]')?.focus();
    },
  };
};
