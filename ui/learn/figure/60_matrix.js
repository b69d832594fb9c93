// Matrices as tables of numbers, with their sizes; the chosen unit's row stands out; numbers can be typed where it says so.
// panel: { names: [matrices], box: how wide a number's box is, such as "3.4em", tint: whether cells
// have the colour of their sign, digits }; a matrix: { label, size, rows, row_names, column_names, editable, low, high, units }

PANELS.matrix = (figure, first) => {
  const root = make("div", { class: "matrices" });
  if (first.box) root.style.setProperty("--box", first.box);
  let panel = first, tables = [];

  const build = () => {
    tables = panel.names.map((name) => {
      const matrix = figure.scene.matrices[name];
      const head = matrix.column_names ? make("thead", {}, make("tr", {}, matrix.row_names.length ? make("th") : null, ...matrix.column_names.map((text) => make("th", { text, scope: "col" })))) : null;
      const rows = matrix.rows.map((row, place) => {
        const line = make("tr", {}, matrix.row_names.length ? make("th", { text: matrix.row_names[place] ?? "", scope: "row" }) : null);
        const cells = row.map((value, column) => {
          if (!matrix.editable) { const cell = make("td"); line.append(cell); return (now, most) => { const text = format(now, panel.digits); if (cell.textContent === text) return; cell.textContent = text; if (panel.tint) cell.style.background = tinted(now, most); }; }
          const label = `${matrix.label}, row ${place + 1}, column ${column + 1}`;
          const { box, show } = numberBox({ value, figure, label, low: matrix.low, high: matrix.high, commit: (number) => figure.edit({ [`${name}.${place}.${column}`]: number }) });
          line.append(make("td", {}, box));
          return show;
        });
        return { line, cells };
      });
      const caption = make("div", { class: "caption", text: matrix.size ? `${matrix.label}: ${matrix.size}` : matrix.label });
      const held = make("table", { "aria-label": caption.textContent }, head, make("tbody", {}, ...rows.map((row) => row.line)));
      const table = make("div", {}, caption, make("div", { class: "scroll" }, held));
      if (matrix.mark) figure.marks(caption, matrix.mark);
      return { name, rows, table };
    });
    root.replaceChildren(...tables.map((one) => one.table));
  };
  const shape = () => JSON.stringify(panel.names.map((name) => { const { rows, row_names, column_names, editable, label, size } = figure.scene.matrices[name]; return [name, rows.length, rows[0]?.length, row_names, column_names, editable, label, size]; }));

  build();
  let signature = shape(), seen = null; // the scene whose numbers stand there
  return {
    root,
    update(next) { panel = next; if (shape() !== signature) { signature = shape(); build(); } seen = null; },
    draw() {
      const isNew = seen !== figure.scene;
      seen = figure.scene;
      for (const { name, rows } of tables) {
        const matrix = figure.scene.matrices[name], most = isNew && panel.tint ? largest(matrix.rows) : 0;
        rows.forEach(({ line, cells }, place) => {
          line.classList.toggle("chosen", matrix.units !== false && figure.scene.units > 1 && place === figure.state.unit);
          if (isNew) cells.forEach((show, column) => show(matrix.rows[place][column], most));
        });
      }
    },
  };
};
