// A curve with what moves on it: points that go from step to step, their trail, a tangent, stairs. Python sends all places.
// panel: { curves: [{ label, color, style: line|dashed, points: [[x, y]] }],
//          points: [{ label, color, x: value, y: value, trail, quiet: not said when outside }],   at the chosen step
//          segments: [{ label, color, style, at: [[[x, y], ...] a step], keep }],   keep: earlier steps' stay, paler
//          x_title, y_title, x_low, x_high, low, high,
//          sets: { name, low, high, digits }: a click sets this number to where it was }
// What lies outside the picture is cut off; a point there stands at its edge, open, and is said.

PANELS.curve = (figure, first) => {
  const legend = make("div", { class: "legend" }), place = make("div"), said = make("div", { class: "outside" });
  const root = make("div", {}, place, said, legend);
  let panel = first, built = null, moving = null, x = null, y = null;
  const id = `cut-${Math.random().toString(36).slice(2)}`;
  const { left, right, top, bottom } = CHART, height = 300;
  let width = CHART.width;
  const line = (points, one, more = {}) => draw("path", { d: points.filter((point) => point.every((value) => typeof value === "number")).map(([at, value], step) => `${step ? "L" : "M"}${x(at)} ${y(value)}`).join(""),
    fill: "none", stroke: one.color, "stroke-width": one.width ?? 2, "stroke-dasharray": one.style === "dashed" ? "6 5" : null, ...more });

  const build = () => {
    width = chartWidth(root);
    const { x_low, x_high, low, high } = panel, far = 4 * (width + height);
    x = (value) => clamp(left + ((value - x_low) / (x_high - x_low)) * (width - left - right), -far, far);
    y = (value) => clamp(height - bottom - ((value - low) / (high - low)) * (height - top - bottom), -far, far);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": panel.alt ?? panel.title },
      draw("defs", {}, draw("clipPath", { id }, draw("rect", { x: left, y: top, width: width - left - right, height: height - top - bottom }))));
    for (const tick of ticks(low, high)) svg.append(draw("line", { class: "axis", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      draw("text", { class: "soft", x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: format(tick) }));
    for (const tick of ticks(x_low, x_high, 6)) svg.append(draw("line", { class: "axis", y1: top, y2: height - bottom, x1: x(tick), x2: x(tick) }),
      draw("text", { class: "soft", x: x(tick), y: height - bottom + 16, "text-anchor": "middle", text: format(tick) }));
    svg.append(draw("text", { class: "soft", x: (left + width) / 2, y: height - 4, "text-anchor": "middle", text: panel.x_title ?? "" }),
      draw("text", { class: "soft", x: 12, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(top + height - bottom) / 2})`, text: panel.y_title ?? "" }));
    const curves = draw("g", { "clip-path": `url(#${id})` }, ...panel.curves.map((one) => line(one.points, one)));
    moving = draw("g", {});
    svg.append(curves, moving);
    if (panel.sets) {
      svg.style.cursor = "crosshair";
      svg.addEventListener("click", (event) => {
        const box = svg.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * width;
        const value = x_low + ((at - left) / (width - left - right)) * (x_high - x_low);
        figure.edit({ [panel.sets.name]: Number(clamp(value, panel.sets.low, panel.sets.high).toFixed(panel.sets.digits ?? 1)) });
      });
    }
    place.replaceChildren(svg);
    const key = (one, mark) => make("span", {}, mark, make("span", { text: one.label }));
    const bar = (one) => make("i", { style: { background: one.style === "dashed" ? `repeating-linear-gradient(90deg, ${one.color} 0 4px, transparent 4px 7px)` : one.color } });
    const dot = (one) => make("i", { style: { background: one.color, width: "9px", height: "9px", borderRadius: "50%" } });
    legend.replaceChildren(...[...panel.curves, ...(panel.segments ?? [])].filter((one) => one.label).map((one) => key(one, bar(one))),
      ...(panel.points ?? []).filter((one) => one.label).map((one) => key(one, dot(one))));
    built = panel;
  };

  const isInside = (at, value) => typeof at === "number" && typeof value === "number" && at >= panel.x_low && at <= panel.x_high && value >= panel.low && value <= panel.high;
  const pointAt = (one, step) => [figure.value(one.x, figure.state.unit, step), figure.value(one.y, figure.state.unit, step)];

  const drawPoint = (one) => {
    const shapes = [], now = pointAt(one, figure.state.step);
    if (one.trail) {
      const trail = Array.from({ length: figure.state.step + 1 }, (_, step) => pointAt(one, step)).filter((point) => point.every((value) => typeof value === "number"));
      shapes.push(draw("g", { "clip-path": `url(#${id})`, opacity: 0.55 }, line(trail, { ...one, width: 1.2, style: "dashed" }),
        ...trail.slice(0, -1).map(([at, value]) => draw("circle", { cx: x(at), cy: y(value), r: 3.2, fill: one.color }))));
    }
    const inside = isInside(...now);
    if (now.every((value) => typeof value === "number")) shapes.push(draw("circle", { cx: clamp(x(now[0]), left, width - right), cy: clamp(y(now[1]), top, height - bottom), r: 6.5,
      fill: inside ? one.color : "var(--page)", stroke: inside ? "var(--page)" : one.color, "stroke-width": 2 }));
    return { shapes, text: inside || one.quiet ? "" : `${one.label || "The point"} is outside the picture: ${format(now[0])}, ${format(now[1])}.` };
  };

  return {
    root,
    update(next) { panel = next; },
    draw() {
      if (built !== panel || width !== chartWidth(root)) build();
      const step = figure.state.step;
      const segments = (panel.segments ?? []).flatMap((one) => one.at.map((points, at) => ({ points, at })).filter(({ at }) => (one.keep ? at <= step : at === step))
        .map(({ points, at }) => line(points, one, { opacity: at === step ? 1 : 0.45 })));
      const points = (panel.points ?? []).map(drawPoint);
      moving.replaceChildren(draw("g", { "clip-path": `url(#${id})` }, ...segments), ...points.flatMap((one) => one.shapes));
      said.textContent = points.map((one) => one.text).join(" ");
    },
  };
};
