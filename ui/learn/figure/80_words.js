// One-hot vectors drawn to scale, and batches of tokens. Nothing here is computed but where something stands.

// panel: { strips: [{ label, length, taken }], at: [index of each step], around: [[{ id, word }] of each step] }
// A strip is `length` places long, `taken` of them filled; the mark is one place wide, but at least what can be seen.
PANELS.onehot = (figure, first) => {
  const WIDTH = 720, CELL = 74, root = make("div", { class: "onehot" });
  let panel = first;
  const strip = ({ label, length, taken }, at) => {
    const x = (place) => (place / length) * WIDTH, svg = draw("svg", { viewBox: `0 0 ${WIDTH} 48`, "aria-hidden": "true" });
    svg.append(draw("rect", { x: 0, y: 8, width: WIDTH, height: 18, class: "empty" }), draw("rect", { x: 0, y: 8, width: x(taken), height: 18, class: "zeros" }),
      draw("rect", { x: Math.min(WIDTH - 2, x(at)), y: 3, width: Math.max(2, x(1)), height: 28, class: "one" }));
    const right = x(at) > WIDTH / 2;
    svg.append(draw("text", { x: right ? x(at) - 4 : x(at) + 6, y: 44, "text-anchor": right ? "end" : "start", text: `1 at place ${at}, 0 at the other ${(length - 1).toLocaleString("en")}` }));
    return make("div", {}, make("p", { text: label }), svg);
  };
  return {
    root,
    update(next) { panel = next; },
    draw() {
      const step = figure.state.step, at = panel.at[step];
      if (at === undefined) return;
      const cells = panel.around[step].map(({ id, word }) => make("div", { class: "place" + (id === at ? " one" : ""), style: { minWidth: `${CELL}px` } },
        make("span", { class: "word", text: word }), make("span", { class: "number", text: id === at ? "1" : "0" }), make("span", { class: "soft", text: String(id) })));
      root.replaceChildren(...panel.strips.map((one) => strip(one, at)), make("p", { text: "The places around it, one by one:" }), make("div", { class: "scroll" }, make("div", { class: "places" }, ...cells)));
    },
  };
};

// panel: { tables: [{ title, rows: [{ name, yours, length, cells: [{ id, word, kind: "", "pad" or "special" }] }], follows: whether a step is a column }] }
PANELS.batch = (figure, first) => {
  const root = make("div", { class: "batches" });
  let panel = first, shown = null, marked = [];
  const build = () => {
    marked = [];
    root.replaceChildren(...panel.tables.map((table) => {
      const lines = table.rows.map((row) => make("tr", row.yours ? { class: "yours" } : {}, make("th", { scope: "row", text: row.name }),
        ...row.cells.map((cell, column) => {
          const place = make("td", { class: cell.kind }, make("span", { class: "word", text: cell.word }), make("span", { class: "soft", text: String(cell.id) }));
          if (row.yours && table.follows) marked.push([place, column]);
          return place;
        }), make("td", { class: "length", text: String(row.length) })));
      const head = make("tr", {}, make("th"), ...table.rows[0].cells.map((_, column) => make("th", { scope: "col", text: String(column + 1) })), make("th", { scope: "col", text: "length" }));
      return make("div", {}, make("p", { text: table.title }), make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines))));
    }));
  };
  return {
    root,
    update(next) { panel = next; },
    draw() {
      if (shown !== panel) { shown = panel; build(); }
      for (const [place, column] of marked) place.classList.toggle("chosen", column === figure.state.step);
    },
  };
};
