// Matrices over time beneath each other: a column is a step, a shade a number, a cross what is wrong.
// panel: { maps: [{ name: matrix, wrong: matrix with 1 where it is, from: step of its first column, unit: what a click chooses }],
//          parts: [{ text, from }] }, words over the steps from a step on

const OVER_TIME = { left: 62, gap: 26, top: 34, widest: 64, least: 6 };

PANELS.over_time = (figure, first) => {
  const place = make("div", { class: "scroll" }), root = make("div", {}, place);
  let panel = first, seen = null, built = 0, cell = 0, frames = [], words = [];

  place.addEventListener("scroll", () => words.forEach((word) => word.setAttribute("x", place.scrollLeft)));
  const cross = (x, y, size) => draw("path", { class: "miss", d: `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}`, stroke: "var(--red)", "stroke-width": 2 });
  const drawMap = (svg, map, top) => {
    const { label, rows, row_names: names } = figure.scene.matrices[map.name], wrong = map.wrong && figure.scene.matrices[map.wrong].rows;
    const tall = rows.length > 9 ? clamp(Math.round(224 / rows.length), 4, 14) : 14, from = map.from ?? 0, left = OVER_TIME.left + from * cell;
    const most = largest(rows), every = Math.ceil(11 / tall), width = rows[0].length * cell, height = rows.length * tall;
    words.push(draw("text", { x: place.scrollLeft, y: top - 7, text: label, style: { paintOrder: "stroke", stroke: "var(--page)", strokeWidth: "4px" } }));
    svg.append(draw("rect", { x: left, y: top, width, height, fill: "none", stroke: "var(--line)" }));
    frames.push({ from, until: from + rows[0].length, box: draw("rect", { y: top - 1, width: cell, height: height + 2, fill: "none", stroke: "var(--accent)", "stroke-width": 2 }) });
    rows.forEach((row, at) => {
      const y = top + at * tall;
      if (at % (every > 1 ? 8 : 1) === 0 || (every > 1 && at === rows.length - 1 && at % 8 > 4)) svg.append(draw("text", { class: "soft", x: left - 5, y: y + tall / 2 + 4, "text-anchor": "end", text: names[at] }));
      row.forEach((value, column) => {
        const x = left + column * cell;
        if (Math.abs(value) > 0.02 * most) svg.append(draw("rect", { x, y, width: cell - (tall > 8 ? 1 : 0), height: tall - (tall > 8 ? 1 : 0), fill: signed(value, most) },
          draw("title", { text: `${names[at]}, ${figure.scene.labels[from + column]}: ${format(value)}` })));
        if (wrong?.[at][column]) svg.append(cross(x + cell / 2, y + tall / 2, Math.max(2, Math.min(cell, tall) / 2 - 2)));
      });
    });
    return top + height + OVER_TIME.gap;
  };

  const build = () => {
    const { left, top, widest, least } = OVER_TIME, steps = figure.scene.steps;
    cell = clamp(Math.floor(((root.clientWidth || 700) - left - 4) / steps), least, widest);
    const width = left + steps * cell + 4, svg = draw("svg", { width, style: { maxWidth: "none" }, role: "img", "aria-label": panel.alt ?? panel.title });
    const ends = [];
    [words, frames] = [[], []];
    for (const map of panel.maps) ends.push(drawMap(svg, map, (ends.at(-1) ?? top) + (ends.length ? 0 : OVER_TIME.gap - 8)));
    const height = ends.at(-1) - OVER_TIME.gap + 6;
    for (const { text, from } of panel.parts) svg.append(draw("line", { class: "axis", x1: left + from * cell, x2: left + from * cell, y1: 4, y2: height }), draw("text", { class: "soft", x: left + from * cell + 4, y: 14, text }));
    svg.append(...frames.map(({ box }) => box), ...words);
    svg.setAttribute("height", height);
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect(), map = panel.maps[ends.findIndex((end) => event.clientY - box.top < end)] ?? {};
      figure.take({ step: clamp(Math.floor((event.clientX - box.left - left) / cell), 0, steps - 1), ...(map.unit === undefined ? {} : { unit: map.unit }) });
    });
    place.replaceChildren(svg);
  };
  return {
    root,
    update(next) { panel = next; },
    draw() {
      if (seen !== figure.scene || built !== root.clientWidth) { seen = figure.scene; built = root.clientWidth; build(); }
      const step = figure.state.step, x = OVER_TIME.left + step * cell;
      for (const { box, from, until } of frames) { box.setAttribute("x", x); box.style.display = step < from || step >= until ? "none" : ""; }
      if (x < place.scrollLeft || x + cell > place.scrollLeft + place.clientWidth) place.scrollLeft = x - place.clientWidth / 2;
    },
  };
};
