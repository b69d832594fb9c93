// Lines over steps, or over any x: points as Python sent them; the chosen step or point stands out.
// panel: { x_words: a word for each step that stands under its tick in place of its number,
//          series: [{ label, color, width, style: line|dots|bars|dashed|dotted, value: name (of the chosen unit) or points: [[x, y]] }],
//          x_title, y_title, log_y, follow: whether x is the step, first: x of the first step, 1 if not said, low, high }

const DASHES = { dashed: 6, dotted: 2 }; // their length
const CHART = { width: 640, height: 210, left: 58, right: 12, top: 10, bottom: 38 };
// As wide as its place, so that its words are never scaled.
const chartWidth = (root) => clamp(Math.round(root.clientWidth / 20) * 20 || (window.innerWidth < 560 ? 320 : CHART.width), 280, 760);

function ticks(low, high, count = 4) {
  const rough = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((part) => part * power).find((part) => part >= rough) ?? power;
  const found = [];
  for (let at = Math.ceil(low / size) * size; at <= high + size * 1e-6; at += size) found.push(Number(at.toPrecision(6)));
  return found;
}

function logTicks(low, high) {
  const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high)), every = Math.max(1, Math.ceil((last - first) / 5));
  const found = [];
  for (let power = first; power <= last; power += every) found.push(10 ** power);
  return found;
}

// A power of ten as one writes it on an axis; 0.01 to 100 as they are.
function powerText(value) {
  const power = Math.round(Math.log10(value));
  return Math.abs(power) <= 2 ? format(value) : `10${superscript(power)}`;
}

PANELS.lines = (figure, first) => {
  const legend = make("div", { class: "legend" }), place = make("div"), root = make("div", {}, place, legend);
  let panel = first, cursor = null, x = null, y = null, built = "";

  const origin = () => panel.first ?? 1;
  const pointsOf = (series) => series.points ?? figure.scene.values[series.value].at.map((_, step) => [step + origin(), figure.value(series.value, figure.state.unit, step)]);

  const build = () => {
    const all = panel.series.map((series) => ({ ...series, points: pointsOf(series).filter((point) => typeof point[1] === "number" && (!panel.log_y || point[1] > 0)) }));
    const xs = all.flatMap((series) => series.points.map((point) => point[0])), ys = all.flatMap((series) => series.points.map((point) => point[1]));
    let low = panel.low ?? Math.min(...ys, panel.log_y ? Infinity : 0), high = panel.high ?? Math.max(...ys, panel.log_y ? -Infinity : 0);
    if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = panel.log_y ? [1e-3, 1] : [0, 1];
    if (low === high) [low, high] = panel.log_y ? [low / 10, high * 10] : [low - 1, high + 1];
    const [first_x, last_x] = xs.length ? [Math.min(...xs), Math.max(...xs)] : [0, 1];
    const { width, height, left, right, top, bottom } = { ...CHART, width: chartWidth(root), ...(panel.height ? { height: panel.height } : {}) };
    x = (value) => left + ((value - first_x) / (last_x - first_x || 1)) * (width - left - right);
    const scale = panel.log_y ? (value) => (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low)) : (value) => (value - low) / (high - low);
    y = (value) => height - bottom - clamp(scale(value), 0, 1) * (height - top - bottom);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": panel.alt ?? panel.title });
    for (const tick of panel.log_y ? logTicks(low, high) : ticks(low, high)) svg.append(
      draw("line", { class: "axis", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      draw("text", { class: "soft", x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: panel.log_y ? powerText(tick) : format(tick) }));
    const parts = Math.max(2, Math.floor(width / 130)), evenly = Array.from({ length: parts + 1 }, (_, part) => Math.round(first_x + (part / parts) * (last_x - first_x)));
    const marks = panel.x_words ? [...new Set(evenly)] : ticks(first_x, last_x, 6).filter((tick) => !panel.follow || Number.isInteger(tick));
    for (const tick of marks) svg.append(draw("text", { class: "soft", x: x(tick), y: height - bottom + 16,
      "text-anchor": panel.x_words && tick === last_x ? "end" : panel.x_words && tick === first_x ? "start" : "middle", text: panel.x_words?.[tick - origin()] ?? format(tick) }));
    svg.append(draw("text", { class: "soft", x: (left + width) / 2, y: height - 4, "text-anchor": "middle", text: panel.x_title ?? "" }),
      draw("text", { class: "soft", x: 12, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(top + height - bottom) / 2})`, text: panel.y_title ?? "" }));
    for (const series of all) svg.append(...seriesShapes(series, x, y, panel.log_y ? low : clamp(0, low, high)));
    cursor = panel.follow ? draw("line", { class: "wire on", y1: top, y2: height - bottom }) : null;
    if (cursor) svg.append(cursor);
    if (panel.follow) svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * width;
      figure.take({ step: clamp(Math.round(((at - left) / (width - left - right)) * (last_x - first_x) + first_x) - origin(), 0, figure.scene.steps - 1) });
    });
    place.replaceChildren(svg);
    legend.replaceChildren(...panel.series.filter((series) => series.label).map((series) => make("span", {},
      make("i", { style: series.style === "dots" ? { background: series.color, width: "9px", height: "9px", borderRadius: "50%" } : { background: DASHES[series.style] ? `repeating-linear-gradient(90deg, ${series.color} 0 ${DASHES[series.style]}px, transparent ${DASHES[series.style]}px ${DASHES[series.style] + 4}px)` : series.color } }), make("span", { text: series.label }))));
  };

  return {
    root,
    update(next) { panel = next; built = ""; },
    draw() {
      const wanted = `${chartWidth(root)} ${panel.series.some((series) => series.value) ? `unit ${figure.state.unit}` : "any"}`;
      if (wanted !== built) { build(); built = wanted; }
      if (cursor) { cursor.setAttribute("x1", x(figure.state.step + origin())); cursor.setAttribute("x2", x(figure.state.step + origin())); }
    },
  };
};

function seriesShapes(series, x, y, base) {
  const { points, color, style } = series;
  if (style === "bars") return points.map(([at, value]) => draw("rect", { x: x(at) - 5, width: 10, y: Math.min(y(value), y(base)), height: Math.abs(y(value) - y(base)), fill: color, opacity: 0.35 }));
  if (style === "dots") return points.map(([at, value]) => draw("circle", { cx: x(at), cy: y(value), r: series.radius ?? 4, fill: color }));
  const path = draw("path", { d: points.map(([at, value], place) => `${place ? "L" : "M"}${x(at)} ${y(value)}`).join(""), fill: "none", stroke: color, "stroke-width": series.width ?? 2, "stroke-dasharray": DASHES[style] ? `${DASHES[style]} 5` : null });
  return [path, ...(points.length <= 40 && !DASHES[style] ? points.map(([at, value]) => draw("circle", { cx: x(at), cy: y(value), r: 3, fill: color })) : [])];
}
