// Equations of the chosen unit and step, with the numbers put in; the marked one is shown in full.
// panel: { names: [values with an equation] }; an equation: { formula, put_in: [tokens], says: [tokens] }
// Tokens: text; { v: value, back, unit, percent, digits }; { products: matrix, of: value, back }: a row of a matrix times a vector.

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
  return make("span", { class: "long", text: terms.join(" + ") + (more > 0 ? ` + ${more} more products` : "") });
}

PANELS.equations = (figure, first) => {
  const root = make("div");
  let panel = first, lines = [];

  const build = () => {
    lines = panel.names.map((name) => {
      const equation = figure.scene.values[name].equation;
      const putIn = make("div", { class: "put-in" }), says = make("div", { class: "says" });
      const box = make("button", { type: "button", class: "equation" }, make("div", { class: "formula", text: equation.formula }), putIn, says);
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
      for (const { name, box, putIn, says } of lines) {
        const equation = figure.scene.values[name].equation;
        box.classList.toggle("chosen", figure.state.mark === name);
        box.setAttribute("aria-pressed", String(figure.state.mark === name));
        putIn.replaceChildren(...equation.put_in.flatMap((token) => tokenText(figure, token)));
        says.replaceChildren(...(equation.says ?? []).flatMap((token) => tokenText(figure, token)));
      }
    },
  };
};
