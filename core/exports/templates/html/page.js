// What every page shares: the run that stands in it, elements made of text, bars, and the frame around a network.

const RUN = JSON.parse(document.getElementById("run").textContent);
const CONFIG = RUN.config;
const WEIGHTS = readWeights(document.getElementById("weights").textContent.trim(), RUN.weights.form, RUN.weights.table);

// An element with attributes and children. Strings become text, never markup.
function make(tag, attributes = {}, ...children) {
  const space = tag === "svg" || make.ofSvg.has(tag) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
make.ofSvg = new Set(["g", "path", "line", "text", "circle", "clipPath", "rect"]);

// A labelled control: its label above it.
function labelled(label, control) {
  control.id = `field-${label.toLowerCase().replaceAll(" ", "-")}`;
  return make("div", { class: "field" }, make("label", { for: control.id }, label), control);
}

// A labelled slider that says its number; `changed` is called with it.
function slider(label, { min, max, step, value, digits = 0 }, changed) {
  const input = make("input", { type: "range", min, max, step, value });
  const said = make("output", {}, Number(value).toFixed(digits));
  input.addEventListener("input", () => {
    said.textContent = Number(input.value).toFixed(digits);
    changed(Number(input.value));
  });
  const field = labelled(label, input);
  field.firstChild.append(" ", said);
  said.htmlFor = input.id;
  return field;
}

function button(label, pressed, kind = "") {
  const element = make("button", { type: "button", class: kind }, label);
  element.addEventListener("click", pressed);
  return element;
}

const percent = (share) => `${(100 * share).toFixed(share < 0.001 ? 2 : 1)}%`;

// Shares as bars with their names, [[name, share], ...]; the first of `marked` is the one that stands out.
function showBars(list, rows, marked) {
  list.replaceChildren(...rows.map(([name, share]) => {
    const bar = make("span", { class: "bar" });
    bar.style.width = `${100 * share}%`;
    return make("li", name === marked ? { class: "marked" } : {},
      make("span", { class: "name" }, name), make("span", { class: "track", "aria-hidden": "true" }, bar),
      make("span", { class: "share" }, percent(share)));
  }));
}

// Words that the network does not know, by name, or nothing.
function showUnknown(line, unknown) {
  line.textContent = unknown.length ? `The network does not know: ${unknown.join(", ")}` : "";
}

// The page: title, what it is, the network to use, and what is known of it.
function showPage(lead, ...parts) {
  const figures = RUN.figures.map(([label, value, note]) =>
    make("div", {}, make("dt", {}, label), make("dd", {}, value), make("dd", { class: "quiet" }, note)));
  const about = RUN.source.split("\n").filter((line) => line).map((line) => make("p", {}, line));
  document.getElementById("page").replaceChildren(
    make("header", {}, make("h1", {}, RUN.title), make("p", {}, lead)),
    ...parts,
    make("section", { class: "about" },
      make("h2", {}, "How good it is"),
      figures.length ? make("dl", {}, ...figures) : make("p", {}, "It was not judged on a test set."),
      ...(RUN.verdict ? [make("p", {}, RUN.verdict)] : []),
      ...(figures.length ? [make("p", { class: "quiet" }, "Both on the test set, which was read once, after training.")] : []),
      make("h2", {}, "What it is"), make("p", {}, RUN.network_words),
      make("h2", {}, "What it learned from"), ...about),
    make("footer", {}, "Made with Unroll. Everything runs in this page: it sends nothing and asks for nothing."),
  );
}
