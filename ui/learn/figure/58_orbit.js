// Points in a plane, one a step, in the colours of a cycle; the path of the last steps and the chosen point stand out.
// panel: { points: [[x, y] of each step], colors: [of each step], trail: steps of the path, x_title, y_title, alt,
//          places: [{ text, x, y, color }], names in the plane, none without x, keys: [{ text, color }] below it }

const ORBIT = { size: 420, left: 46, bottom: 40, edge: 14 };

PANELS.orbit = (figure, first) => {
  const place = make("div"), legend = make("div", { class: "legend" }), root = make("div", {}, place, legend);
  let panel = first, at = [], path = null, now = null, built = "";

  const dot = ([x, y], step) => draw("circle", { cx: x, cy: y, r: 3.4, fill: panel.colors[step], class: "place", on: { click: () => figure.take({ step }) } },
    draw("title", { text: figure.scene.labels[step] ?? "" }));

  const build = (size) => {
    const { left, bottom, edge } = ORBIT, xs = panel.points.map((point) => point[0]), ys = panel.points.map((point) => point[1]);
    const ends = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)], half = 0.54 * (Math.max(ends[1] - ends[0], ends[3] - ends[2]) || 2);
    const inner = size - left - edge, height = inner + edge + bottom, middle = [(ends[0] + ends[1]) / 2, (ends[2] + ends[3]) / 2];
    const x = (value) => left + ((value - middle[0]) / half + 1) * inner / 2, y = (value) => edge + (1 - (value - middle[1]) / half) * inner / 2;
    at = panel.points.map(([across, up]) => [x(across), y(up)]);
    const svg = draw("svg", { viewBox: `0 0 ${size} ${height}`, width: size, role: "img", "aria-label": `${panel.title}. ${panel.alt ?? ""}`, class: "orbit" });
    for (const tick of ticks(middle[0] - half, middle[0] + half, 6)) svg.append(draw("line", { class: "axis", x1: x(tick), x2: x(tick), y1: edge, y2: edge + inner }),
      draw("text", { class: "soft", x: x(tick), y: edge + inner + 16, "text-anchor": "middle", text: format(tick) }));
    for (const tick of ticks(middle[1] - half, middle[1] + half, 6)) svg.append(draw("line", { class: "axis", x1: left, x2: left + inner, y1: y(tick), y2: y(tick) }),
      draw("text", { class: "soft", x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: format(tick) }));
    svg.append(draw("text", { class: "soft", x: left + inner / 2, y: height - 4, "text-anchor": "middle", text: panel.x_title }),
      draw("text", { class: "soft", x: 11, y: edge + inner / 2, "text-anchor": "middle", transform: `rotate(-90 11 ${edge + inner / 2})`, text: panel.y_title }));
    path = draw("path", { fill: "none", stroke: "var(--muted)", "stroke-width": 1.6 });
    now = draw("circle", { r: 8, stroke: "var(--ink)", "stroke-width": 2.5 });
    svg.append(...at.map(dot), path, ...panel.places.filter((one) => one.x !== undefined).map((one) => draw("text", { class: "name", x: x(one.x), y: y(one.y) + 4, "text-anchor": "middle", text: one.text })), now);
    place.replaceChildren(svg);
    legend.replaceChildren(...panel.keys.map(({ text, color }) => make("span", {},
      make("i", { style: { width: "10px", height: "10px", borderRadius: "50%", background: color, border: "1px solid var(--muted)" } }), make("span", { text }))));
  };

  return {
    root,
    update(next) { panel = next; built = ""; },
    draw() {
      const size = clamp(Math.floor(root.clientWidth / 10) * 10 || 320, 260, ORBIT.size);
      if (built !== size) { build(size); built = size; }
      const step = figure.state.step, from = Math.max(0, step - panel.trail);
      path.setAttribute("d", at.slice(from, step + 1).map(([x, y], place) => `${place ? "L" : "M"}${x} ${y}`).join(""));
      now.setAttribute("cx", at[step][0]);
      now.setAttribute("cy", at[step][1]);
      now.setAttribute("fill", panel.colors[step]);
    },
  };
};
