// A strip with a cell for each step, in a colour and a height for what it is; a click chooses the step.
// panel: { kinds: [kind of each step], keys: [{ text, color, share: of the height }] by kind, ends: words at both ends,
//          part: { from: step, text }, where a part begins, or null, alt }

const STRIP = { height: 26, room: 20 };

PANELS.strip = (figure, first) => {
  const place = make("div"), legend = make("div", { class: "legend" }), root = make("div", {}, place, legend);
  let panel = first, built = "", mark = null, cell = 0;

  const build = (width) => {
    const { height, room } = STRIP, steps = panel.kinds.length;
    cell = width / steps;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height + room}`, width, role: "img", "aria-label": panel.alt, class: "strip" });
    svg.append(draw("rect", { class: "ground", x: 0, y: 0, width, height }));
    panel.kinds.forEach((kind, step) => {
      const { color, share, text } = panel.keys[kind], tall = height * share;
      svg.append(draw("rect", { x: step * cell, y: height - tall, width: Math.max(1, cell - (cell > 5 ? 1 : 0)), height: tall, fill: color }, draw("title", { text: `${figure.scene.labels[step]}: ${text}` })));
    });
    mark = draw("rect", { y: 0, height, width: Math.max(3, cell), fill: "none", stroke: "var(--ink)", "stroke-width": 2 });
    svg.append(mark, draw("text", { class: "soft", x: 0, y: height + 15, text: panel.ends[0] }), draw("text", { class: "soft", x: width, y: height + 15, "text-anchor": "end", text: panel.ends[1] }));
    if (panel.part) svg.append(draw("line", { class: "part", x1: panel.part.from * cell, x2: panel.part.from * cell, y1: 0, y2: height + 6 }),
      draw("text", { class: "soft", x: panel.part.from * cell + (panel.part.from * cell > width / 2 ? -4 : 4), y: height + 15, "text-anchor": panel.part.from * cell > width / 2 ? "end" : "start", text: panel.part.text }));
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      figure.take({ step: clamp(Math.floor(((event.clientX - box.left) / box.width) * steps), 0, steps - 1) });
    });
    place.replaceChildren(svg);
    legend.replaceChildren(...panel.keys.map(({ text, color, share }) => make("span", {},
      make("i", { style: { background: color, width: "10px", height: `${Math.round(14 * share)}px`, verticalAlign: "baseline" } }), make("span", { text }))));
  };

  return {
    root,
    update(next) { panel = next; built = ""; },
    draw() {
      const width = wholeWidth(root);
      if (built !== width) { build(width); built = width; }
      mark.setAttribute("x", figure.state.step * cell);
    },
  };
};
