// A forecast from an origin: what was known, what came, bands, and forecasts; a step of the figure is an origin.
// panel: { past, truth: values over places before and after the origin, lines: [{ value, label, color, style }],
//          bands: [{ lower, upper, label }] the widest first, ends: [[words at the first, the last known and the last place]],
//          range: [[low, high] of each step], says: [words below, of each step], x_title, y_title, alt }

const FAN = { height: 300, left: 62, right: 12, top: 12, bottom: 56 };
const wholeWidth = (root) => clamp(Math.round(root.clientWidth / 20) * 20 || 320, 280, 1200);
const isNumber = (value) => typeof value === "number";

PANELS.fan = (figure, first) => {
  const place = make("div"), says = make("p", { class: "fan-says", "aria-live": "polite" }), legend = make("div", { class: "legend" });
  const root = make("div", {}, place, says, legend);
  let panel = first, seen = null;

  const path = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${x} ${y}`).join("");
  const runs = (row, x, y, from) => { // pieces without a gap
    const found = [[]];
    row.forEach((value, at) => { if (isNumber(value)) found.at(-1).push([x(from + at), y(value)]); else if (found.at(-1).length) found.push([]); });
    return found.filter((run) => run.length);
  };

  const build = () => {
    const step = figure.state.step, { left, right, top, bottom, height } = FAN, width = wholeWidth(root);
    const past = figure.row(panel.past), truth = figure.row(panel.truth), places = past.length + truth.length;
    const [low, high] = panel.range[step];
    const x = (at) => left + (at / Math.max(1, places - 1)) * (width - left - right), y = (value) => height - bottom - ((value - low) / (high - low || 1)) * (height - top - bottom);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": `${panel.alt} ${panel.says[step]}` });
    for (const tick of ticks(low, high)) svg.append(draw("line", { class: "axis", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      draw("text", { class: "soft", x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: format(tick, 4) }));
    const last = past.length - 1, [begin, known, end] = panel.ends[step];
    svg.append(draw("line", { class: "origin", x1: x(last), x2: x(last), y1: top, y2: height - bottom }),
      draw("text", { class: "soft", x: left, y: height - bottom + 16, text: begin }), draw("text", { class: "soft", x: width - right, y: height - bottom + 16, "text-anchor": "end", text: end }),
      draw("text", { x: x(last), y: height - bottom + (width < 480 ? 31 : 16), "text-anchor": "middle", text: known }),
      draw("text", { class: "soft", x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle", text: panel.x_title }),
      draw("text", { class: "soft", x: 13, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 13 ${(top + height - bottom) / 2})`, text: panel.y_title }));
    panel.bands.forEach(({ lower, upper }, at) => {
      const rows = figure.row(lower).map((value, place) => [place, value, figure.row(upper)[place]]).filter((row) => isNumber(row[1]) && isNumber(row[2]));
      if (rows.length) svg.append(draw("path", { class: `band band-${at}`, d: `${path([...rows.map(([place, value]) => [x(past.length + place), y(value)]), ...rows.reverse().map(([place, , value]) => [x(past.length + place), y(value)])])}Z` }));
    });
    for (const run of runs([...past, ...truth], x, y, 0)) svg.append(draw("path", { class: "truth", d: path(run) }));
    for (const { value, color, style } of panel.lines) for (const run of runs([past.at(-1), ...figure.row(value)], x, y, last)) svg.append(
      draw("path", { fill: "none", stroke: color, "stroke-width": style === "line" ? 2.6 : 2, "stroke-dasharray": DASHES[style] ? `${DASHES[style]} 4` : null, d: path(run) }));
    place.replaceChildren(svg);
    says.textContent = panel.says[step];
  };

  const keys = () => legend.replaceChildren(
    make("span", {}, make("i", { style: { background: "var(--ink)" } }), "What came"),
    ...panel.lines.map(({ label, color, style }) => make("span", {}, make("i", { style: { background: DASHES[style] ? `repeating-linear-gradient(90deg, ${color} 0 ${DASHES[style]}px, transparent ${DASHES[style]}px ${DASHES[style] + 3}px)` : color } }), make("span", { text: label }))),
    ...panel.bands.map(({ label }, at) => make("span", {}, make("i", { class: `band-key band-${at}` }), make("span", { text: label }))));

  return {
    root,
    update(next) { panel = next; seen = null; },
    draw() {
      const wanted = `${wholeWidth(root)} ${figure.state.step}`;
      if (seen === null) keys();
      if (seen !== wanted) { seen = wanted; build(); }
    },
  };
};
