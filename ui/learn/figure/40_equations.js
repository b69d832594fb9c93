// Equations of the chosen unit and step, with the numbers put in; the one that is marked, or holds what is, is shown in full.
// panel: { names: [values with an equation] }; an equation: { formula, put_in: [tokens], says: [tokens] }
// Tokens: text; { v: value, back, unit, percent, digits }; { products: matrix, of: value, back }: a row of a matrix times a vector,
// with `lead` before it, a matrix of one column to add (`plus`) and the value it gives (`gives`), in a line of its own.

const MOST_PRODUCTS = 6;

function tokenText(figure, token) {
  if (typeof token === "string") return [make("span", { text: token })];
  const step = figure.state.step - (token.back ?? 0);
  if (token.products) return [products(figure, token, step)];
  const value = figure.value(token.v, token.unit ?? figure.state.unit, step);
  const text = token.percent && typeof value === "number" ? `${format(100 * value)}%` : format(value, token.digits);
  const signedText = token.sign && typeof value === "number" && value >= 0 ? `+${text}` : text;
  return [figure.marks(make("span", { class: "number" + (token.result ? " result" : ""), text: signedText }), token.v)];
}

function products(figure, token, step) {
  const matrix = figure.scene.matrices[token.products], row = matrix.rows[matrix.rows.length === 1 ? 0 : figure.state.unit] ?? [];
  const vector = figure.row(token.of, step);
  const terms = row.slice(0, MOST_PRODUCTS).map((weight, place) => `${format(weight)}·${format(vector[place])}`);
  const more = row.length - MOST_PRODUCTS;
  const shift = token.plus ? figure.scene.matrices[token.plus].rows[figure.state.unit][0] : 0;
  const text = (token.lead ?? "") + terms.join(" + ") + (more > 0 ? ` + ${more} more products` : "") + (shift ? ` + ${format(shift)}` : "");
  const line = make("span", { class: "long", text });
  if (!token.gives) return line;
  line.classList.add("line");
  line.append(" = ", figure.marks(make("span", { class: "number", text: format(figure.value(token.gives)) }), token.gives));
  return line;
}

PANELS.equations = (figure, first) => {
  const root = make("div");
  let panel = first, lines = [];

  const build = () => {
    lines = panel.names.map((name) => {
      const equation = figure.scene.values[name].equation;
      const putIn = make("div", { class: "put-in" }), says = make("div", { class: "says" });
      const box = make("button", { type: "button", class: "equation" }, make("div", { class: "formula", text: equation.formula }), make("div", { class: "answer" }, putIn, says));
      figure.marks(box, name);
      return { name, box, putIn, says };
    });
    root.replaceChildren(...lines.map((line) => line.box));
  };

  build();
  let signature = JSON.stringify(panel.names);
  return {
    root,
    update(next) { panel = next; if (JSON.stringify(panel.names) !== signature) { signature = JSON.stringify(panel.names); build(); } },
    draw() {
      const holds = ({ name }) => { const { put_in, says } = figure.scene.values[name].equation; return [...put_in, ...(says ?? [])].some((token) => token.v === figure.state.mark); };
      const shown = lines.find((line) => line.name === figure.state.mark) ?? lines.find(holds);
      for (const line of lines) {
        const { name, box, putIn, says } = line, equation = figure.scene.values[name].equation;
        box.classList.toggle("chosen", line === shown);
        box.setAttribute("aria-pressed", String(line === shown));
        putIn.replaceChildren(...equation.put_in.flatMap((token) => tokenText(figure, token)));
        says.replaceChildren(...(equation.says ?? []).flatMap((token) => tokenText(figure, token)));
      }
    },
  };
};
