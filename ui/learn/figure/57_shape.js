// A network unfolded in one of its shapes: at each step a picture that is read (or nothing), the state, and what is asked.
// panel: { pictures: [{ width, pixels: [0 to 1] } or null a step], state: value with the units, answers: [words or "" a step],
//          right: [true, false or null a step] }

const SHAPE = { column: 112, half: 40, picture: 64, top: 62, tall: 44, height: 236 };

PANELS.shape = (figure, first) => {
  const root = make("div", { class: "scroll unfolding", role: "group", "aria-label": first.title });
  let panel = first, boxes = [];

  const picture = ({ width, pixels }, left, top) => {
    const rows = pixels.length / width, size = SHAPE.picture / Math.max(width, rows), x0 = left + (SHAPE.picture - width * size) / 2;
    const frame = draw("rect", { x: x0, y: top, width: width * size, height: rows * size, fill: "none", stroke: "var(--muted)" });
    return draw("g", {}, ...pixels.map((ink, place) => draw("rect", { x: x0 + (place % width) * size, y: top + Math.floor(place / width) * size, width: size, height: size, fill: "var(--ink)", "fill-opacity": ink })), frame);
  };

  const build = () => {
    const { column, half, top, tall, height } = SHAPE, count = panel.pictures.length, width = count * column + 8;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, style: { width: "100%", minWidth: `${0.72 * width}px`, maxWidth: `${width}px` }, role: "img", "aria-label": panel.title });
    const defs = draw("defs", {}), ids = heads(defs, ["--muted"]), head = `url(#${ids["--muted"]})`;
    const arrow = (points) => draw("path", { class: "edge lit", d: `M${points}`, stroke: "var(--muted)", "marker-end": head });
    const word = (x, y, text, more = {}) => draw("text", { x, y, "text-anchor": "middle", text, ...more });
    svg.append(defs);
    boxes = panel.pictures.map((read, step) => {
      const x = 4 + step * column + column / 2, below = top + tall;
      const box = draw("rect", { class: "cell-box", x: x - half, y: top, width: 2 * half, height: tall, rx: 8 }), number = word(x, top + 36, "", { class: "number" }), name = word(x, top + 17, "", { class: "soft" });
      const group = draw("g", { on: { click: () => figure.take({ step }) }, style: { cursor: "pointer" } }, figure.marks(draw("g", {}, box, name, number), panel.state));
      if (read) group.append(arrow(`${x} ${below + 32}L${x} ${below + 3}`), picture(read, x - SHAPE.picture / 2, below + 36));
      else group.append(word(x, below + 48, "nothing", { class: "soft" }));
      if (step) group.append(arrow(`${x - column + half + 2} ${top + tall / 2}L${x - half - 3} ${top + tall / 2}`));
      const sign = panel.right[step] === null ? "" : panel.right[step] ? " ✓" : " ✗";
      if (panel.answers[step]) group.append(arrow(`${x} ${top - 2}L${x} ${top - 22}`), word(x, top - 32, panel.answers[step] + sign, { class: "number" }));
      svg.append(group);
      return { box, name, number };
    });
    root.replaceChildren(svg);
  };
  build();
  return {
    root,
    update(next) { const changed = !sameJson(next, panel); panel = next; if (changed) build(); },
    draw() {
      boxes.forEach(({ box, name, number }, step) => {
        name.textContent = `h${subscript(step + 1)}, unit ${figure.state.unit + 1}`;
        number.textContent = format(figure.value(panel.state, figure.state.unit, step));
        box.classList.toggle("lit", step === figure.state.step);
      });
    },
  };
};
