// Vectors of the chosen step as columns of cells with names: what is added to what, and what comes of it.
// panel: { columns: [{ value, title, names: [words], sign: what stands before the column, most: the darkest number, chosen,
//          places: of decimals that are shown, rows: name of a value that holds what each line is called }] }
// A click marks the value and its unit; `chosen: false` where its rows are no units; a column without names has no words.

PANELS.vectors = (figure, first) => {
  const root = make("div", { class: "vectors" });
  let panel = first, columns = [];

  const build = () => {
    columns = panel.columns.map((column) => {
      const cells = figure.row(column.value).map((_, unit) => {
        const number = make("span", { class: "amount number" });
        const name = column.names?.length ? make("span", { class: "name", text: column.names[unit] ?? "" }) : null;
        const more = column.chosen === false ? {} : { unit };
        const line = figure.marks(make("button", { type: "button", class: "entry" }, name, number), column.value, more);
        return { line, number, name };
      });
      const title = make("div", { class: "title", text: column.title });
      const box = make("div", { class: "column" }, title, ...cells.map((cell) => cell.line));
      figure.marks(title, column.value);
      return { column, cells, sign: column.sign ? make("div", { class: "sign", text: column.sign }) : null, box };
    });
    root.replaceChildren(...columns.flatMap(({ sign, box }) => (sign ? [sign, box] : [box])));
  };
  const shape = () => JSON.stringify(panel.columns.map(({ most, ...rest }) => [rest, figure.row(rest.value).length]));
  build();
  let signature = shape();
  return {
    root,
    update(next) { panel = next; if (shape() !== signature) { signature = shape(); build(); } },
    draw() {
      columns.forEach(({ column, cells }, place) => {
        const numbers = figure.row(column.value), most = panel.columns[place].most || largest(figure.scene.values[column.value].at);
        cells.forEach(({ line, number, name }, unit) => {
          const value = numbers[unit];
          const text = format(column.places && typeof value === "number" ? Number(value.toFixed(column.places)) : value);
          if (number.textContent !== text || line.most !== most) { number.textContent = text; number.style.background = tinted(value, most); line.most = most; }
          line.classList.toggle("chosen", column.chosen !== false && figure.scene.units > 1 && unit === figure.state.unit);
          const row = column.rows && figure.row(column.rows)[unit];
          const called = column.rows ? (typeof row === "number" ? `row ${row}` : row) : column.names?.[unit] ?? (column.chosen === false ? null : figure.scene.unit_names[unit]) ?? unit + 1;
          line.setAttribute("aria-label", `${figure.scene.values[column.value].label}, ${called}: ${text}`);
          if (name) name.title = name.textContent;
        });
      });
    },
  };
};
